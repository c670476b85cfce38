# bash completion for dq. Everything is asked of dq itself, at TAB.
# To load it: source <(dq --generate bash), or put it into /usr/share/bash-completion/completions/dq

_dq() {
    local answer=() word
    COMPREPLY=()
    # bash before 4 has no mapfile.
    {
        mapfile -t answer 2>/dev/null || while IFS= read -r word; do answer+=("$word"); done
    } < <(command dq --complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" "$COMP_TYPE" 2>/dev/null)
    case ${answer[0]} in
    files) compopt -o default 2>/dev/null ;;
    directories) compopt -o dirnames 2>/dev/null ;;
    word) COMPREPLY=("${answer[@]:1}") ;;
    words)
        compopt -o nospace 2>/dev/null
        COMPREPLY=("${answer[@]:1}")
        ;;
    esac
}

# bash before 4.4 sorts whatever it is told; compopt came with 4.
complete -o nosort -F _dq dq 2>/dev/null || complete -F _dq dq
