using System.Diagnostics;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Cli;

/// <summary>
/// Each file that a command reads, as something that is no file, or has no end: every command ends soon, without a bug, and what is there
/// stays there.
/// </summary>
public class OddFilesTests
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    static readonly string[] Files =
    [
        "flake.nix", "flake.lock", "hostlock.toml", "hostlock.nix", "locks/plex.lock", ".gitattributes", ".gitignore", ".gitmodules",
        "locks/.gitattributes", "locks/.gitignore", ".git", ".git/config", ".git/HEAD", ".git/index", ".git/packed-refs",
        ".git/info/attributes", ".git/info/exclude", ".git/shallow", ".git/commondir", ".git/objects/info/alternates",
        ".git/refs/heads/main",
    ];

    static readonly string[] FilesOfInput = ["flake.nix", ".git/config", ".git/HEAD", ".git/index", ".gitattributes", ".gitmodules"];

    // The commands that between them read every file.
    static readonly string[] Readers = ["init", "lock", "check", "log"];

    // Of the commands that do not read every file, one of so many meets a file in the usual run, and each command meets some files.
    const int UsualShare = 3;

    static readonly string[] AllKinds = ["pipe", "device", "folder", "huge", "dangling", "circle", "link to a pipe"];

    public static TheoryData<string> Kinds => [.. AllKinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task No_command_waits_for_what_is_no_file(string kind)
    {
        using var hosts = new SevenHosts().Adopted();
        hosts.Move("nixpkgs", 10);
        _ = hosts.Hostlock("update", "plex", "--commit").Succeeded;
        var beside = hosts.Folder.Write("beside.lock", hosts.Folder.Read("fleet/locks/plex.lock"));
        // A pipe is what makes programs wait, so every command meets it. The others show that what is read is looked at first.
        var forms = EveryCommand.With(beside, TestGit.In(hosts.Folder["inputs/nixpkgs"], "rev-parse", "HEAD~1").Trim())
            .DistinctBy(form => form[0])
            .Where(form => kind == "pipe" ? form[0] is not ("man" or "completion") : Readers.Contains(form[0]))
            .Append(["update", "plex", "--commit"])
            .Append(["eject", "--yes", "--keep", "plex"])
            .ToList();
        Shell(hosts, "cp -a fleet whole && cp -a inputs whole-inputs");

        var tried = 0;
        foreach (var file in FilesFor(kind))
        {
            Put(hosts, kind, file);
            var odd = Look(hosts, file);
            foreach (var form in forms.Where((form, i) => Readers.Contains(form[0]) || Sample.Has(tried + i, UsualShare)))
            {
                var ended = await RunAsync(hosts, form);

                Assert.True(ended.ExitCode is < 70 and >= 0, $"{kind} {file}: {string.Join(' ', form)}: {ended.ExitCode}\n{ended.Errors}");
                // What git does with its own files is git's matter.
                if (kind is not ("folder" or "huge") && !file.Contains("/.git/", StringComparison.Ordinal) && Look(hosts, file) != odd)
                    Assert.Fail($"{string.Join(' ', form)} replaced {kind} {file}");
            }
            tried++;
            Shell(hosts, "rm -rf fleet inputs/nixpkgs && cp -a whole fleet && cp -a whole-inputs/nixpkgs inputs");
        }
    }

    // Every file is a pipe once and endless once. Of the other kinds each has a third of the files.
    static IEnumerable<string> FilesFor(string kind)
    {
        var all = Files.Select(file => $"fleet/{file}").Concat(FilesOfInput.Select(file => $"inputs/nixpkgs/{file}"));
        var place = Array.IndexOf(AllKinds, kind);
        return kind is "pipe" or "huge" ? all : all.Where((_, i) => i % 3 == place % 3);
    }

    static void Put(SevenHosts hosts, string kind, string file) => Shell(
        hosts, $"rm -rf {file} && mkdir -p $(dirname {file}) && {Making(hosts, kind, file)}");

    // The line that makes a file of a kind.
    static string Making(SevenHosts hosts, string kind, string file) => kind switch
    {
        "pipe" => $"mkfifo {file}",
        // Only root can make a device.
        "device" => $"{{ mknod {file} c 1 5 2>/dev/null || ln -s /dev/zero {file}; }}",
        "folder" => $"mkdir {file}",
        // A file of the fleet is refused by its size. The tree of an input is hashed first, whatever is in it.
        "huge" => $"truncate -s {(file.StartsWith("fleet/", StringComparison.Ordinal) ? "3G" : "100M")} {file}",
        // A lock that is a link into the flake becomes a file once a command writes it, so this one leads out.
        "dangling" => $"ln -s {(file.Contains("/locks/", StringComparison.Ordinal) ? "/" : "")}nowhere/at/all {file}",
        "circle" => $"ln -s $(basename {file}) {file}",
        _ => $"{{ [ -e pipe ] || mkfifo pipe; }} && ln -s {hosts.Folder["pipe"]} {file}",
    };

    static string Look(SevenHosts hosts, string file) =>
        Run.Program("stat", hosts.Folder.Path, TestGit.Variables, "-c", "%F %i", file).Output;

    static void Shell(SevenHosts hosts, string line) =>
        _ = Run.Program("sh", hosts.Folder.Path, TestGit.Variables, "-c", line).Succeeded;

    static async Task<Ended> RunAsync(SevenHosts hosts, string[] form)
    {
        var start = HostlockProgram.Start(hosts.Fleet, hosts.Home, form);
        start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new(-1, "", "it did not end");
        }
        return new(process.ExitCode, await output, await errors);
    }
}
