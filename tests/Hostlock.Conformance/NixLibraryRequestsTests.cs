using System.Text.RegularExpressions;
using Hostlock.Conformance.Support;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

/// <summary>
/// What building a host asks of the network, by a native flake.lock and by the lock of the host, in each state of what Nix keeps.
/// docs/decisions/0006 says where the two differ, and why.
/// </summary>
public sealed partial class NixLibraryRequestsTests : IAsyncLifetime
{
    /// <summary>Each state, and what is deleted to reach it: nothing was fetched yet; the store and the caches are kept; the store alone is
    /// kept; the caches alone are kept.</summary>
    static readonly (string State, string Gone)[] States = [("new", ""), ("kept", ""), ("store", "cache"), ("caches", "nix")];

    readonly OneFleet _fleet = new();
    readonly Forges _forges = new();
    readonly ForgeProxy _web;

    public NixLibraryRequestsTests() => _web = new(_forges.Answer);

    public static MatrixTheoryData<string, string> ReleasesAndTokens() => new(["2.34", "2.26", "2.8"], ["none", "a token"]);

    public ValueTask InitializeAsync()
    {
        _fleet.Folder.Write("certificates.pem", ForgeProxy.AuthorityPem);
        _forges.Commit("github.com/acme/open", "main", Flake("open"));
        _forges.Commit("github.com/hidden/private", "main", Flake("private"));
        _forges.Commit("gitlab.com/acme/lab", "main", Flake("lab"));
        _forges.Commit("gitlab.acme.test/acme/own", "main", Flake("own"));
        _forges.Commit("git.sr.ht/~acme/hut", "main", Flake("hut"));
        _forges.File("files.test/file.tar.gz", new(200, Forges.Archive("file", [Flake("file")], 1_700_000_100), ("ETag", "\"1\"")));
        _forges.File(
            "files.test/link.tar.gz",
            new(
                200,
                Forges.Archive("link", [Flake("link")], 1_700_000_200),
                ("Link", "<https://files.test/fixed.tar.gz>; rel=\"immutable\"")));
        _forges.File("files.test/fixed.tar.gz", new(200, Forges.Archive("link", [Flake("link")], 1_700_000_200)));
        _fleet.Folder.Write("folder/flake.nix", Flake("folder").Text);
        // git, which writes down what it is asked to fetch from another repository.
        _fleet.Folder.Program(
            "bin/git",
            $"#!/bin/sh\ncase \"$*\" in *fetch*file://*) echo \"$*\" >>'{_fleet.Folder["fetched"]}';; esac\nPATH=${{PATH#*:}} exec "
                + $"git \"$@\"\n");
        return default;

        // Trees that are equal are one tree in the store.
        static (string Path, string Text) Flake(string name) => ("flake.nix", $"{{ outputs = _: {{ name = \"{name}\"; }}; }}");
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _fleet.Dispose();
    }

    [Theory]
    [MemberData(nameof(ReleasesAndTokens))]
    public void A_host_asks_for_what_its_lock_would_ask_for_as_a_flake_lock(string release, string token)
    {
        string[] inputs = ["open", "private", "lab", "own", "hut", "file", "link", "repository", "folder"];
        var settings = $"flake-registry =\ndownload-attempts = 1\nfsync-metadata = "
            + $"false\n{(token == "none" ? "" : "access-tokens = github.com=secret")}";
        _fleet.Write("flake.nix", $$"""
            {
              inputs.open.url = "github:acme/open";
              inputs.private.url = "github:hidden/private";
              inputs.lab.url = "gitlab:acme/lab";
              inputs.own.url = "gitlab:acme/own?host=gitlab.acme.test";
              inputs.hut.url = "sourcehut:~acme/hut";
              inputs.file.url = "https://files.test/file.tar.gz";
              inputs.link.url = "https://files.test/link.tar.gz";
              inputs.repository.url = "{{_fleet.Input("hardware")}}";
              inputs.folder.url = "path:{{_fleet.Folder["folder"]}}";
              outputs = inputs: import ./hostlock.nix inputs ({ self, ... }@inputs:
                let
                  seen = builtins.concatStringsSep " " (map (name: toString inputs.${name}.sourceInfo or inputs.${name})
                    [ {{string.Join(' ', inputs.Select(name => $"\"{name}\""))}} ]);
                in
                { nixosConfigurations = { plex = seen; native = seen; }; });
            }
            """);
        _fleet.Write(
            "hostlock.toml",
            $"version = 1\nprivate = [\"github:hidden\"]\noutputs = [\"nixosConfigurations\"]\n[hosts.plex]\n[hosts.native]\nlock = "
                + $"\"flake.lock\"\n");
        var variables = HostlockProgram.Variables(_fleet.Folder["home"]);
        foreach (var (name, value) in _web.Variables(_fleet.Folder["certificates.pem"]))
            variables[name] = value;
        _ = Run.Program(HostlockProgram.Path, _fleet.Path, variables, "lock", "root", "plex").Succeeded;
        if (release == "2.8")
        {
            // Nix 2.8 refuses a date in the lock of a tarball.
            foreach (var file in (string[])["flake.lock", "locks/plex.lock"])
                _fleet.Write(file, DateOfTarball().Replace(_fleet.Read(file), "$1"));
        }
        _fleet.Commit();

        TestGit.In(_fleet.Path, "branch", "master"); // the only branch that 2.8 looks for elsewhere

        var (native, byLock) = (AskedFor("native"), AskedFor("plex"));

        // Each is the name of an input; `link` is asked for at the place where it is fixed, and git fetches hardware.
        Assert.Equal(["file", "fixed", "hardware", "hut", "lab", "open", "own", "private"], Names(native["new"]));
        Assert.Empty(native["kept"]);
        Assert.Empty(native["store"]);
        if (release == "2.8" || token == "none")
            Assert.Equal(native["new"], byLock["new"]);
        else
            Assert.Equal(Names(native["new"]), Names(byLock["new"]));
        Assert.Empty(byLock["kept"]);
        // Since 2.25, Nix looks for a tree that is no public archive in its cache, and then outside, and never in the store.
        string[] byTree = release == "2.8" ? [] : ["hardware", "own", "private"];
        Assert.Equal(byTree, Names(byLock["store"]));
        Assert.Equal(Names(native["caches"]).Except(byTree), Names(byLock["caches"]));

        Dictionary<string, string[]> AskedFor(string host)
        {
            var asked = new Dictionary<string, string[]>();
            foreach (var (state, gone) in States)
            {
                if (gone.Length > 0)
                    _fleet.Folder.Clear($"nix-{host}/{gone}");
                var nix = RealNix.Get(release, _fleet.Folder, $"nix-{host}");
                // The repositories of this disk are taken for remote ones.
                nix.Configure(settings,
                [
                    .. _web.Variables(_fleet.Folder["certificates.pem"]),
                    new("PATH", $"{_fleet.Folder["bin"]}:{Environment.GetEnvironmentVariable("PATH")}"), new("_NIX_FORCE_HTTP", "1"),
                ]);
                _web.TakeRequests();
                _fleet.Folder.Write("fetched", "");
                _ = _fleet.Eval(nix, $"flake: flake.nixosConfigurations.{host}");
                asked[state] =
                [
                    .. _web.TakeRequests().Select(request => request.ToString()).Order(StringComparer.Ordinal),
                    .. _fleet.Folder.Read("fetched")
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(words => Repository().Match(words).Value)
                    .Where(name => name != "fleet"),
                ];
            }
            return asked;
        }
    }

    static IEnumerable<string> Names(string[] asked) =>
        asked.Select(request => Asked().Match(request) is { Success: true } match ? match.Groups[1].Value : request)
            .Order(StringComparer.Ordinal);

    [GeneratedRegex("([a-z]+)(/archive|/tarball|/repository|[.]tar)")]
    private static partial Regex Asked();

    [GeneratedRegex("(?<=file://\\S*/)[a-z]+(?= )")]
    private static partial Regex Repository();

    [GeneratedRegex("\"lastModified\": [0-9]+,\\s*(\"narHash\": \"[^\"]*\",\\s*\"type\": \"tarball\")")]
    private static partial Regex DateOfTarball();
}
