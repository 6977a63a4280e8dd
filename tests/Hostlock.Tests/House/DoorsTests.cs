using Hostlock.Cli;
using Mono.Cecil;

namespace Hostlock.Tests.House;

/// <summary>
/// Holds the program to the doors of ARCHITECTURE.md: what must be right everywhere is done in one place, and nobody goes around it.
/// </summary>
public class DoorsTests
{
    static readonly string[] Reading =
        ["ReadAllText", "ReadAllBytes", "ReadAllLines", "ReadLines", "OpenRead", "OpenText", "Open", "OpenHandle"];

    static readonly string[] Writing =
    [
        "WriteAllText", "WriteAllBytes", "WriteAllLines", "AppendAllText", "AppendAllLines", "Create", "CreateText", "CreateSymbolicLink",
        "CreateDirectory", "CreateTempSubdirectory", "OpenWrite", "Open", "OpenHandle", "Move", "Copy", "Replace", "Delete",
        "SetUnixFileMode",
    ];

    /// <summary>A door: what only goes through it, and the types that may do so, each with the reason.</summary>
    sealed record Door(Func<MethodReference, bool> IsIts, Dictionary<string, string> Allowed);

    static readonly Dictionary<string, Door> Doors = new()
    {
        ["running a program"] = new(
            call => TypeOf(call) is "System.Diagnostics.Process" or "System.Diagnostics.ProcessStartInfo",
            new() { ["Hostlock.Platform.ProcessRunner"] = "it is the door" }),

        ["building a request for a program"] = new(
            call => TypeOf(call) == "Hostlock.Platform.ProcessRequest" && call.Name is "Of" or ".ctor",
            new()
            {
                ["Hostlock.Platform.ProcessRequest"] = "it is the value",
                ["Hostlock.Platform.Programs.GitProgram"] = "it is the door to git",
                ["Hostlock.Platform.Programs.Ssh"] = "it is the door to ssh, and to programs that run here or there, as nix",
                ["Hostlock.Platform.Programs.NixosRebuildProgram"] = "it is the door to nixos-rebuild",
                ["Hostlock.Platform.Programs.NixEvalJobsProgram"] = "it is the door to nix-eval-jobs",
                ["Hostlock.Platform.Programs.UserProgram"] = "it is the door to programs that the user names",
                ["Hostlock.Platform.Programs.UserShell"] = "it is the door to a shell",
                ["Hostlock.Platform.Programs.TerminalProgram"] = "it is the door to stty",
                ["Hostlock.Platform.Programs.DesktopProgram"] = "it is the door to the desktop",
                ["Hostlock.Platform.Programs.SshKeygen"] = "it is the door to ssh-keygen",
            }),

        ["reading a file"] = new(
            call => (TypeOf(call) == "System.IO.File" && Reading.Contains(call.Name)) || IsOpening(call),
            new()
            {
                ["Hostlock.Platform.AppendedFile"] = "it opens what it appends to",
                ["Hostlock.Platform.AtomicFile"] = "it opens what it writes",
                ["Hostlock.Platform.ProcessRunner"] = "it opens a new file for an output",
                ["Hostlock.Platform.ProcessTree"] = "it reads /proc",
                ["Hostlock.Platform.StandardStreams"] = "the standard input is open already",
                ["Hostlock.Platform.UnixFiles"] = "it is beneath RegularFile",
                ["Hostlock.Fetching.Archives.TemporaryFile"] = "its file is ours, and has no name",
            }),

        ["writing a file"] = new(
            call => (TypeOf(call) is "System.IO.File" or "System.IO.Directory" && Writing.Contains(call.Name))
                || IsOpening(call),
            new()
            {
                ["Hostlock.Platform.AppendedFile"] = "it is the door to files that only grow",
                ["Hostlock.Platform.StandardStreams"] = "it only reads",
                ["Hostlock.Platform.AtomicFile"] = "it is the door",
                ["Hostlock.Platform.FolderCopy"] = "it copies into a folder of ours",
                ["Hostlock.Platform.ProcessRunner"] = "it opens a new file for an output",
                ["Hostlock.Platform.UnixFiles"] = "it is beneath AtomicFile and FolderCopy",
                ["Hostlock.Fetching.CacheFolder"] = "the folder is ours",
                ["Hostlock.Fetching.CachedTexts"] = "the cache is ours",
                ["Hostlock.Fetching.Archives.TemporaryFile"] = "its file is ours, and has no name",
                ["Hostlock.Fetching.Git.GitCopies"] = "the copies of repositories are in the cache",
                ["Hostlock.Fetching.Git.GitExportIgnore"] = "the index is in the cache",
                ["Hostlock.Fleets.Bisecting.Bisection"] = "what was tried is in the cache",
            }),

        ["replacing a file of the user"] = new(
            call => TypeOf(call) == "Hostlock.Platform.AtomicFile",
            new()
            {
                ["Hostlock.Platform.AtomicFile"] = "it replaces one as it does many",
                ["Hostlock.Fleets.RepositoryFiles"] = "it is the door",
                ["Hostlock.Platform.Programs.AllowedSigners"] = "its files are ours, and last no longer than a check",
                ["Hostlock.Fetching.CachedTexts"] = "the cache is ours",
                ["Hostlock.Fetching.Git.GitCopies"] = "the copies of repositories are in the cache",
                ["Hostlock.Fetching.Git.GitExportIgnore"] = "the folder of the index is in the cache",
                ["Hostlock.Fleets.Bisecting.Bisection"] = "what was tried is in the cache",
                ["Hostlock.Fleets.Bisecting.OpenSearch"] = "what is searched is in the cache",
                ["Hostlock.Fleets.FlakeCopy"] = "the copy of the flake is in the cache",
                ["Hostlock.Fleets.Undertaking"] = "its record is ours, and lies with git",
                ["Hostlock.Fleets.ChangeRecord"] = "its record is ours, and lies with git",
                ["Hostlock.Fleets.RecordEntry"] = "the records are ours, and lie with git",
                ["Hostlock.Fleets.Changes.BegunCommit"] = "its message is ours, and lies with git",
                ["Hostlock.Platform.FolderCopy"] = "it copies into a folder of ours",
                ["Hostlock.Rollouts.Journals.RolloutJournals"] = "its folder is ours, and lies with git",
                ["Hostlock.Releases.ReleaseMemory"] = "its files are ours, on a machine that pulls",
                ["Hostlock.Releases.ReleaseFolder"] = "the user named the folder for releases, outside of the repository",
            }),

        ["computing a digest"] = new(
            call => call.DeclaringType is { Namespace: "System.Security.Cryptography", Name: var name }
                && (name is "IncrementalHash" or "HashAlgorithm" || name.StartsWith("SHA", StringComparison.Ordinal)
                    || call.Name.StartsWith("Hash", StringComparison.Ordinal)),
            new() { ["Hostlock.ByteDigest"] = "it is the door" }),

        ["printing"] = new(
            call => TypeOf(call) == typeof(Surroundings).FullName && call.Name is "get_Output" or "get_Errors",
            new()
            {
                ["Hostlock.Cli.Terminal"] = "it is the door",
                ["Hostlock.Cli.FetchBars"] = "it draws over its own lines, and the door makes its texts fit",
                ["Hostlock.Cli.RolloutTable"] = "it draws over its own lines, and the door makes its texts fit",
                ["Hostlock.Cli.App"] = "it flushes, and hands both to the parser",
                ["Hostlock.Cli.Surroundings"] = "it is the value",
            }),
    };

    /// <summary>A text that only a door puts together, and the types that may have such a text, each with the reason.</summary>
    sealed record DoorText(Func<string, bool> IsIts, Dictionary<string, string> Allowed);

    static readonly Dictionary<string, DoorText> Texts = new()
    {
        ["quoting a value of TOML"] = new(
            text => text.Contains(" = \"", StringComparison.Ordinal) || text.EndsWith(" = '", StringComparison.Ordinal),
            new()
            {
                ["Hostlock.Cli.FleetFileManual"] = "it shows an example",
                ["Hostlock.Fleets.FleetException"] = "its hints show an example",
                ["Hostlock.Fleets.Checks.CheckRules"] = "the sentence of a rule names a setting",
                ["Hostlock.Rollouts.RolloutException"] = "its hint shows an example",
            }),

        ["quoting a word of a shell"] = new(
            text => text.Contains(@"'\''", StringComparison.Ordinal),
            new() { ["Hostlock.ShellWord"] = "it is the door" }),
    };

    public static TheoryData<string> Names => [.. Doors.Keys];

    public static TheoryData<string> NamesOfTexts => [.. Texts.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nobody_goes_around_a_door(string name)
    {
        var strays = from use in Uses(Doors[name])
                     where !Doors[name].Allowed.ContainsKey(use.Type)
                     select $"{use.Type} calls {use.Call}";

        Assert.Equal("", string.Join("\n", strays.Distinct()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_exception_outlives_its_reason(string name) =>
        Assert.Empty(Doors[name].Allowed.Keys.Except(Uses(Doors[name]).Select(use => use.Type)));

    [Theory]
    [MemberData(nameof(NamesOfTexts))]
    public void Nobody_but_a_door_puts_its_text_together(string name)
    {
        var found = (from type in CompiledCode.All
                     from method in type.Methods.Where(method => method.HasBody)
                     from instruction in method.Body.Instructions
                     where instruction.Operand is string text && Texts[name].IsIts(text)
                     select CompiledCode.Outermost(type).FullName).ToHashSet();

        Assert.Equal(Texts[name].Allowed.Keys.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    static IEnumerable<(string Type, string Call)> Uses(Door door) =>
        from calls in CompiledCode.Called
        where door.IsIts(calls.Key)
        from call in calls
        select (call.Caller, $"{call.Called.DeclaringType.Name}.{call.Called.Name}");

    static string TypeOf(MethodReference call) => CompiledCode.NameOf(call.DeclaringType);

    static bool IsOpening(MethodReference call) =>
        call.Name == ".ctor"
        && TypeOf(call) is "System.IO.FileStream" or "System.IO.StreamReader" or "System.IO.StreamWriter"
        && (call.DeclaringType.Name == "FileStream" || call.Parameters is [{ ParameterType.FullName: "System.String" }, ..]);
}
