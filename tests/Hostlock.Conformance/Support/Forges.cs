using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance.Support;

/// <summary>
/// GitHub, GitLab, SourceHut and a server of plain files, as far as locking meets them: commits by name, archives by commit, as each of
/// them answers. Everything is told by a test; nothing else is there.
/// </summary>
sealed partial class Forges
{
    readonly Dictionary<string, Repository> _repositories = [];
    readonly Dictionary<string, WebAnswer> _files = [];

    sealed class Repository
    {
        public Dictionary<string, string> Refs { get; } = [];

        public Dictionary<string, (string Path, string Text)[]> Commits { get; } = [];

        public int Day { get; set; }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _repositories.Clear();
        _files.Clear();
    }

    /// <summary>A new commit on a branch of <c>HOST/OWNER/REPO</c>; its id.</summary>
    public string Commit(string repository, string branch, params (string Path, string Text)[] files)
    {
        if (!_repositories.TryGetValue(repository, out var there))
            _repositories[repository] = there = new();
        var id = Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{repository} {++there.Day} {string.Join('\n', files)}")))[..40];
        there.Commits[id] = files;
        there.Refs[$"refs/heads/{branch}"] = id;
        return id;
    }

    public void Tag(string repository, string name, string id) => _repositories[repository].Refs[$"refs/tags/{name}"] = id;

    /// <summary>A file at <c>HOST/PATH</c>.</summary>
    public void File(string address, WebAnswer answer) => _files[address] = answer;

    public WebAnswer Answer(WebRequest request)
    {
        if (_files.TryGetValue(request.Host + request.Target, out var file))
        {
            var tag = file.Headers.FirstOrDefault(header => header.Name == "ETag").Value;
            return tag is not null && request.Headers.GetValueOrDefault("if-none-match") == tag ? new(304, [], ("ETag", tag)) : file;
        }
        var (host, path) = (request.Host, Uri.UnescapeDataString(request.Target));
        return host switch
        {
            "api.github.com" => Api("github.com", path),
            "github.com" when GitHubArchive().Match(path) is { Success: true } match =>
                Archive($"github.com/{match.Groups[1]}", match.Groups[2].Value),
            "gitlab.com" or "gitlab.acme.test" => GitLab(host, request.Target),
            "git.sr.ht" or "hut.acme.test" => SourceHut(host, path),
            _ when path.StartsWith("/api/v3/", StringComparison.Ordinal) => Api(host, path["/api/v3".Length..]),
            _ => WebAnswer.NotFound,
        };
    }

    /// <summary>An archive of one folder with these files, as <c>git archive</c> makes one.</summary>
    public static byte[] Archive(string folder, IEnumerable<(string Path, string Text)> files, long time)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(bytes, CompressionLevel.Fastest), TarEntryFormat.Pax, leaveOpen: false))
        {
            tar.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["comment"] = new('c', 40) }));
            tar.WriteEntry(
                new UstarTarEntry(TarEntryType.Directory, $"{folder}/") { ModificationTime = DateTimeOffset.FromUnixTimeSeconds(time) });
            foreach (var (path, text) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{folder}/{path}")
                {
                    ModificationTime = DateTimeOffset.FromUnixTimeSeconds(time),
                    Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                });
            }
        }
        return bytes.ToArray();
    }

    WebAnswer Api(string host, string path)
    {
        if (GitHubCommit().Match(path) is { Success: true } commit)
        {
            return Find($"{host}/{commit.Groups[1]}", commit.Groups[2].Value) is { } id
                ? WebAnswer.Text($$"""{ "sha": "{{id}}", "commit": { "tree": { "sha": "{{id[20..]}}{{id[..20]}}" } } }""")
                : WebAnswer.Text("""{ "message": "No commit found for SHA" }""", 422);
        }
        return GitHubTarball().Match(path) is { Success: true } match
            ? Archive($"{host}/{match.Groups[1]}", match.Groups[2].Value)
            : WebAnswer.NotFound;
    }

    WebAnswer GitLab(string host, string target)
    {
        if (GitLabRequest().Match(target) is not { Success: true } match)
            return WebAnswer.NotFound;
        var repository = $"{host}/{Uri.UnescapeDataString(match.Groups[1].Value)}";
        var value = Uri.UnescapeDataString(match.Groups[4].Value);
        if (match.Groups[2].Value != "commits")
            return Archive(repository, value);
        return Find(repository, value) is { } id ? WebAnswer.Text($$"""[ { "id": "{{id}}" } ]""") : WebAnswer.Text("[]");
    }

    WebAnswer SourceHut(string host, string path)
    {
        if (SourceHutRequest().Match(path) is not { Success: true } match
            || !_repositories.TryGetValue($"{host}/{match.Groups[1]}", out var repository))
            return WebAnswer.NotFound;
        return match.Groups[2].Value switch
        {
            "HEAD" => WebAnswer.Text("ref: refs/heads/main\n"),
            "info/refs" => WebAnswer.Text(string.Concat(repository.Refs.Select(pair => $"{pair.Value}\t{pair.Key}\n"))),
            var archive => Archive($"{host}/{match.Groups[1]}", archive["archive/".Length..^".tar.gz".Length]),
        };
    }

    string? Find(string repository, string name)
    {
        if (!_repositories.TryGetValue(repository, out var there))
            return null;
        return there.Refs.GetValueOrDefault(name == "HEAD" ? "refs/heads/main" : $"refs/heads/{name}")
            ?? there.Refs.GetValueOrDefault($"refs/tags/{name}")
            ?? there.Refs.GetValueOrDefault(name)
            ?? (there.Commits.ContainsKey(name) ? name : null);
    }

    WebAnswer Archive(string repository, string commit) =>
        _repositories.TryGetValue(repository, out var there) && there.Commits.TryGetValue(commit, out var files)
            ? new(
                200,
                Archive($"{repository.Split('/')[^1]}-{commit}", files, 1_700_000_000 + Array.IndexOf([.. there.Commits.Keys], commit)),
                ("Content-Type", "application/x-gzip"),
                ("ETag", $"\"{commit}\""))
            : WebAnswer.NotFound;

    [GeneratedRegex("^/(.+)/archive/([0-9a-f]{40}).tar.gz$")]
    private static partial Regex GitHubArchive();

    [GeneratedRegex("^/repos/([^/]+/[^/]+)/commits/(.+)$")]
    private static partial Regex GitHubCommit();

    [GeneratedRegex("^/repos/([^/]+/[^/]+)/tarball/([0-9a-f]{40})$")]
    private static partial Regex GitHubTarball();

    [GeneratedRegex(@"^/api/v4/projects/([^/]+)/repository/(commits|archive\.tar\.gz)\?(ref_name|sha)=(.+)$")]
    private static partial Regex GitLabRequest();

    [GeneratedRegex(@"^/(~[^/]+/[^/]+)/(HEAD|info/refs|archive/[0-9a-f]{40}\.tar\.gz)$")]
    private static partial Regex SourceHutRequest();
}
