# PowerShell completion for dq: dq itself answers at every TAB.
# To load it, in $PROFILE: dq --generate powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'dq' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
    # The word without its quotes; the closing one may be missing.
    $current = $wordToComplete
    if ($current -match "^'(.*?)'?`$") { $current = $Matches[1].Replace("''", "'") }
    elseif ($current -match '^"(.*?)"?$') { $current = $Matches[1].Replace('`"', '"').Replace('""', '"') }
    $behind = @($commandAst.CommandElements |
        Where-Object { $_.Extent.StartOffset -gt $cursorPosition } |
        ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
    # Before 7.3 PowerShell drops empty arguments of programs.
    if ($current -eq '' -and $PSVersionTable.PSVersion -lt [version]'7.3') { $current = '""' }
    $answer = @(& (Get-Command -Name dq -CommandType Application -TotalCount 1) --complete powershell $behind.Count @behind -- @words $current 2>$null)
    if ($answer.Count -lt 2 -or $answer[0] -ne 'words') { return }
    foreach ($line in $answer[1..($answer.Count - 1)]) {
        $quoted, $value, $about = $line -split "`t"
        [System.Management.Automation.CompletionResult]::new($quoted, $value, 'ParameterValue', $about)
    }
}
