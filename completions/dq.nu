# Nushell completion for dq: dq itself answers at every TAB. Tested with Nushell 0.108.
# To load it, save it into an autoload directory:
#   mkdir ($nu.data-dir | path join vendor autoload)
#   dq --generate nushell | save --force ($nu.data-dir | path join vendor autoload dq.nu)

# Nushell has one completer for all external commands. This one handles dq and calls the one that was there before.
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
