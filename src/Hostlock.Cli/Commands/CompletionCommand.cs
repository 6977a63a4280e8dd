using System.CommandLine;

namespace Hostlock.Cli.Commands;

/// <summary>Prints the script that makes a shell complete commands, options and the hosts of the current flake.</summary>
sealed class CompletionCommand : FleetCommand
{
    const string Bash = """
        _hostlock() {
            local word
            COMPREPLY=()
            # No 'compgen -W', which would expand the words.
            while IFS= read -r word; do
                [[ $word == "${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$word")
            done < <(hostlock "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
        }
        complete -o default -F _hostlock hostlock

        """;

    const string Zsh = """
        #compdef hostlock
        _hostlock() {
            local -a words_found
            words_found=("${(@f)$(hostlock "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            (( ${#words_found[1]} )) && compadd -- $words_found || _files
        }
        # Sourced, it is registered; taken from fpath, the file is the function.
        if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _hostlock "$@"; else compdef _hostlock hostlock; fi

        """;

    const string Fish = """
        function __hostlock_complete
            set -l line (commandline -cp)
            hostlock "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -f -c hostlock -a '(__hostlock_complete)'

        """;

    readonly Argument<string> _shell = NewShell();

    protected override Command Describe() => new("completion", """
        Print the completion script of a shell

        The script completes commands, options, and the hosts, rings and inputs of the
        current flake.

          hostlock completion bash > ~/.local/share/bash-completion/completions/hostlock
          hostlock completion fish | source
        """)
    { _shell };

    public override FlakeReach Reach(CommandRun run) => FlakeReach.None;

    public override Task<ExitCode> RunAsync(CommandRun run)
    {
        run.Terminal.Data(run.Value(_shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
        return Task.FromResult(ExitCode.Done);
    }

    static Argument<string> NewShell()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish", HelpName = "SHELL" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return shell;
    }
}
