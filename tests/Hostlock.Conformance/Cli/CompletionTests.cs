using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Cli;

/// <summary>Completion in the shells that people have: a TAB runs nothing that a lock says, and still completes.</summary>
public sealed class CompletionTests : IDisposable
{
    // Names that a shell would act on in one way or another.
    static readonly string[] Names =
    [
        "$(touch TRACE)", "`touch TRACE`", "a;touch TRACE", "a|touch TRACE", "a&&touch TRACE", "<(touch TRACE)", "=(touch TRACE)",
        "${x:=$(touch TRACE)}", "${(e):-$(touch TRACE)}", "a\ntouch TRACE\n", "a\rtouch TRACE\r", "'$(touch TRACE)'", "(touch TRACE)",
        "x[$(touch TRACE)]", "*", "~root", "!!", "\u001b]0;title\u0007", "-e$(touch TRACE)", "nixpkgs$(touch TRACE)",
    ];

    const string Line = "hostlock update root -i ";

    // How each shell is asked for the words that may follow 'hostlock update root -i '; $1 is the completion script. The last is typed.
    static readonly Dictionary<string, string> Questions = new()
    {
        ["bash"] = """
            source "$1"
            COMP_LINE='hostlock update root -i '
            # The words as bash takes them apart.
            read -ra COMP_WORDS <<<"${COMP_LINE//=/ = }"
            [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
            COMP_POINT=${#COMP_LINE} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _hostlock
            printf '%s\n' "${COMPREPLY[@]}"
            """,
        ["fish"] = """
            source $argv[1]
            complete -C 'hostlock update root -i '
            """,
        ["zsh"] = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            setup="PS1=; autoload -U compinit; compinit -D -u; zstyle ':completion:*' list-prompt ''; LISTMAX=0"
            zpty -w shell "$setup; source ${(q)1}; print ready"
            zpty -r -m shell heard '*ready*ready*'
            zpty -w -n shell $'hostlock update root -i \t\t\t'
            zpty -r -m shell heard '*nixpkgs*'
            print -r -- "$heard"
            zpty -w -n shell $'\x15exit\n'
            zpty -d shell
            """,
    };

    readonly TempFolder _folder = new();

    public static TheoryData<string> Shells => [.. Questions.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Shells))]
    public void A_TAB_runs_nothing_that_a_lock_says(string shell)
    {
        Require(shell);
        WriteFleet(Names);

        var offered = Ask(shell, HostlockProgram.Path);

        Assert.False(File.Exists(_folder["trace"]));
        Assert.Contains("nixpkgs", offered, StringComparison.Ordinal);
        Assert.DoesNotContain("touch", offered, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Shells))]
    public void The_script_expands_nothing_whatever_it_is_told(string shell)
    {
        Require(shell);
        WriteFleet([]);
        // A program that offers anything in place of ours.
        var words = string.Join('\n', Names.Append("nixpkgs")).Replace("TRACE", _folder["trace"], StringComparison.Ordinal);
        _folder.Write("words", $"{words}\n");
        var offering = _folder.Program(
            "offering",
            $"""
            #!/bin/sh
            case "$1" in '[suggest:'*) cat '{_folder["words"]}' ;; *) exec '{HostlockProgram.Path}' "$@" ;; esac

            """);

        var offered = Ask(shell, offering);

        Assert.False(File.Exists(_folder["trace"]));
        Assert.Contains("nixpkgs", offered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "--color=ne", "never\n")]
    [InlineData("bash", "--color=", "always\nauto\nnever\n")]
    [InlineData("bash", "@can", "@canary\n")]
    [InlineData("bash", "@", "@canary\n")]
    [InlineData("fish", "@can", "@canary\tweb\n")]
    [InlineData("fish", "--color=ne", "--color=never\n")]
    [InlineData("zsh", "--color=ne", "--color=never")]
    public void A_word_that_a_shell_takes_apart_is_completed_at_its_end(string shell, string typed, string expected)
    {
        Require(shell);
        WriteFleet([]);
        WriteHosts();

        var offered = Ask(shell, HostlockProgram.Path, $"hostlock update {typed}", "never");

        // zsh says how it draws the line, too, and the terminal what was typed before zsh was there to read it.
        if (shell == "zsh")
            Assert.Contains(expected, offered, StringComparison.Ordinal);
        else
            Assert.StartsWith(expected, offered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fish", "\t2020-01-03 day 2")]
    [InlineData("zsh", "-- 2020-01-03 day 2")]
    public void Commits_of_a_lock_stand_behind_to_with_their_days(string shell, string expected)
    {
        Require(shell);
        WriteFleet([]);
        WriteHosts();

        var offered = Ask(shell, HostlockProgram.Path, "hostlock restore plex --to ", "day*day");

        Assert.Contains(expected, offered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fish", "web\tlocks/web.lock, in @canary")]
    [InlineData("zsh", "-- locks/web.lock, in @canary")]
    public void A_host_has_its_lock_and_its_ring_beside_it_and_is_offered_once(string shell, string expected)
    {
        Require(shell);
        WriteFleet([]);
        WriteHosts();

        var offered = Ask(shell, HostlockProgram.Path, "hostlock update plex ", "in @canary");

        Assert.Contains(expected, offered, StringComparison.Ordinal);
        Assert.DoesNotContain("locks/plex.lock", offered, StringComparison.Ordinal);
    }

    void WriteHosts()
    {
        _folder.Write("fleet/hostlock.toml", "version = 1\n[rings.canary]\n[hosts.plex]\n[hosts.web]\nring = \"canary\"\n");
        foreach (var host in new[] { "plex", "web" })
            _folder.Write($"fleet/locks/{host}.lock", _folder.Read("fleet/flake.lock"));
        TestGit.Commit(_folder["fleet"], 2);
        // One word alone would be put in at once, with nothing beside it.
        _folder.Write("fleet/locks/plex.lock", $"{_folder.Read("fleet/flake.lock")}\n");
        TestGit.Commit(_folder["fleet"], 3);
    }

    static void Require(string shell)
    {
        Assert.SkipUnless(File.Exists(HostlockProgram.Path), "the program is not built; ./test builds it");
        var found = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, shell)));
        Assert.SkipUnless(found, $"{shell} is not installed; ./test installs it if it may");
    }

    string Ask(string shell, string program, string line = Line, string awaited = "nixpkgs")
    {
        Directory.CreateDirectory(_folder["bin"]);
        File.CreateSymbolicLink(_folder["bin/hostlock"], program);
        var script = _folder.Write("completion", HostlockProgram.Run(_folder["fleet"], _folder["home"], "completion", shell).Succeeded);
        var question = _folder.Write(
            "question",
            Questions[shell].Replace(Line, line, StringComparison.Ordinal).Replace("*nixpkgs*", $"*{awaited}*", StringComparison.Ordinal));
        var variables = new Dictionary<string, string>(HostlockProgram.Variables(_folder["home"]))
        {
            ["PATH"] = $"{_folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}",
            ["TERM"] = "dumb",
        };
        string[] options = shell switch { "bash" => ["--norc", "--noprofile"], "fish" => ["--no-config"], _ => ["-f"] };
        return Run.Program(shell, _folder["fleet"], variables, [.. options, question, script]).Succeeded;
    }

    void WriteFleet(IEnumerable<string> names)
    {
        var inputs = string.Concat(
            names.Select(name => name.Replace("TRACE", _folder["trace"], StringComparison.Ordinal))
                .Select(name => $"{System.Text.Json.JsonSerializer.Serialize(name)}: \"nixpkgs\", "));
        _folder.Write("fleet/flake.nix", "{ outputs = _: { }; }\n");
        _folder.Write("fleet/flake.lock", $$"""
            {
              "nodes": {
                "nixpkgs": {
                  "locked": {
                    "lastModified": 1, "narHash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "path": "/x", "type": "path"
                  },
                  "original": { "id": "nixpkgs", "type": "indirect" }
                },
                "root": { "inputs": { {{inputs}}"nixpkgs": "nixpkgs" } }
              },
              "root": "root",
              "version": 7
            }

            """);
        TestGit.Commit(_folder["fleet"], 1);
    }
}
