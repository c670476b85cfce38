# elvish completion for dq: dq itself answers at every TAB.
# To load it, in rc.elv: eval (dq --generate elvish | slurp)

use str

set edit:completion:arg-completer[dq] = {|@words|
    var answer = [(try { e:dq --complete elvish -- (all $words[1..]) 2>/dev/null | from-lines } catch e { })]
    if (== 0 (count $answer)) {
        put
    } elif (has-value [files directories] $answer[0]) {
        edit:complete-filename $words[-1]
    } else {
        for line $answer[1..] {
            var value ends about = (str:split "\t" $line)
            var shown = $value
            if (not-eq '' $about) {
                set shown = $value'  '$about
            }
            var suffix = ''
            if (eq 1 $ends) {
                set suffix = ' '
            }
            edit:complex-candidate $value &display=$shown &code-suffix=$suffix
        }
    }
}
