# bash completion for dq: dq itself answers at every TAB.
# To load it: source <(dq --generate bash), or save it as /usr/share/bash-completion/completions/dq

_dq() {
    local answer=() word
    COMPREPLY=()
    # bash 3 has no mapfile.
    {
        mapfile -t answer 2>/dev/null || while IFS= read -r word; do answer+=("$word"); done
    } < <(command dq --complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" "$COMP_TYPE" \
        "${COMP_LINE:COMP_POINT}" 2>/dev/null)
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

# `nosort` came with bash 4.4.
complete -o nosort -F _dq dq 2>/dev/null || complete -F _dq dq
