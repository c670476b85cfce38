# fish completion for dq: dq itself answers at every TAB.
# To load it: dq --generate fish | source, or save it as ~/.config/fish/completions/dq.fish

function __dq_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l answer (command dq --complete fish -- $typed[2..] "$current" 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path "$current"
        case directories
            __fish_complete_directories "$current"
        case words
            for line in $answer[2..]
                printf '%s\n' $line
            end
    end
end

complete -c dq -k -f -a '(__dq_complete)'
