# Nushell completion for dq: dq itself answers at every TAB. Tested with Nushell 0.108.
# To load it, save it into an autoload directory:
#   mkdir $nu.user-autoload-dirs.0
#   dq --generate nushell | save --force ($nu.user-autoload-dirs.0 | path join dq.nu)

# Nushell has one completer for all external commands. This one answers for dq, and calls the previous one for
# any other command.
$env.config.completions.external.completer = do {
    let previous = $env.config.completions.external.completer?
    {|spans|
        if ($spans.0 | path basename) == dq {
            # A list of candidates, or null: then Nushell completes file names.
            try { ^dq --complete nushell -- ...($spans | skip 1) err> /dev/null | from json } catch { [] }
        } else if $previous != null {
            do $previous $spans
        }
    }
}
