using System.CommandLine;

namespace Hostlock.Cli.Commands;

/// <summary>Prints the script that makes a shell complete commands, options and the hosts of the current flake.</summary>
sealed class CompletionCommand : FleetCommand
{
    const string Bash = """
        _hostlock() {
            local kind= word said typed=${COMP_LINE:0:COMP_POINT}
            typed=${typed##*[[:blank:]]}
            # bash takes '--ring=ca' for three words and '@ca' for two, and wants the last, with its '@'.
            local before=${typed%"${typed##*["$COMP_WORDBREAKS"]}"}
            before=${before%@}
            COMPREPLY=()
            # No 'compgen -W', which would expand the words.
            while IFS= read -r said; do
                if [[ -z $kind ]]; then kind=$said; continue; fi
                word=${said%%$'\t'*}
                [[ $word == "$typed"* ]] && COMPREPLY+=("${word#"$before"}")
            done < <(hostlock "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
            # Without a word of ours, the shell completes paths itself.
            case $kind in
                paths) compopt -o default 2>/dev/null ;;
                folders) compopt -o dirnames 2>/dev/null ;;
            esac
            return 0
        }
        complete -F _hostlock hostlock

        """;

    const string Zsh = """
        #compdef hostlock
        _hostlock() {
            local -a said words_found shown
            local line
            said=("${(@f)$(hostlock "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            # The value of '--ring=ca' is completed as a word by itself.
            local given=
            [[ $PREFIX == --*=* ]] && given=${PREFIX%%=*}= && compset -P '--*='
            for line in "${(@)said[2,-1]}"; do
                line=${line#"$given"}
                words_found+=("${line%%$'\t'*}")
                shown+=("${line/$'\t'/  -- }")
            done
            (( $#words_found )) && compadd -l -d shown -a words_found
            case $said[1] in
                (paths) _files ;;
                (folders) _files -/ ;;
            esac
        }
        # Sourced, it is registered; taken from fpath, the file is the function.
        if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _hostlock "$@"; else compdef _hostlock hostlock; fi

        """;

    const string Fish = """
        function __hostlock_complete
            set -l line (commandline -cp)
            set -l said (hostlock "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
            test (count $said) -gt 1; and printf '%s\n' $said[2..-1]
            switch "$said[1]"
                case paths
                    __fish_complete_path (commandline -ct)
                case folders
                    __fish_complete_directories (commandline -ct)
            end
        end
        complete -f -c hostlock -a '(__hostlock_complete)'

        """;

    static readonly string[] Shells = ["bash", "zsh", "fish"];

    readonly Argument<string> _shell = NewShell();

    public override CommandNature Nature => new(NetworkUse.None) { PrintsTextAlone = true };

    protected override Command Describe() => new("completion", """
        Print the completion script of a shell

        The script completes commands, options, the hosts, rings and inputs of the
        current flake, the commits of its locks, and paths. zsh and fish also show what
        each word means.

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
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Shells.Contains(token.Value))
                result.AddError(UsageException.NotOneOf(token.Value, Shells).Message);
        });
        shell.CompletionSources.Add(Shells);
        return shell;
    }
}
