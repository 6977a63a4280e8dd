using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Fleets.Settings;
using Hostlock.Platform;
using Hostlock.Platform.Programs;

namespace Hostlock.Fleets.Adoption;

/// <summary>
/// Tells from git which files came with hostlock: locks that did not exist before, and files that git knows only as intents to add. It also
/// gives the earlier contents of the locks of hosts' own flakes. A lock that existed before belongs to the user, whatever place
/// hostlock.toml gives it.
/// </summary>
public sealed class AdoptedFiles
{
    // Options of git's commands that compare, for the names of files that are new.
    static readonly string[] Added = ["--name-only", "--no-renames", "--diff-filter=A", "--relative"];

    readonly HashSet<string> _announced;
    readonly HashSet<string> _committed;
    readonly HashSet<string> _tracked;
    readonly HashSet<string> _before;
    readonly Dictionary<string, byte[]> _earlier;

    AdoptedFiles(
        IEnumerable<string> announced, IEnumerable<string> committed, HashSet<string> tracked, IEnumerable<string> before,
        Dictionary<string, byte[]> earlier) =>
        (_announced, _committed, _tracked, _before, _earlier) = ([.. announced], [.. committed], tracked, [.. before], earlier);

    /// <summary>Asks git. In a folder without a repository, no file is known to have come with hostlock.</summary>
    public static async Task<AdoptedFiles> ReadAsync(FleetFolder folder, IProcessRunner processes, CancellationToken cancellationToken)
    {
        if (GitWorkTreeFiles.Around(processes, folder.Path) is not { } tree)
            return new([], [], [], [], []);
        string[] files =
        [
            .. folder.Fleet.Hosts.Select(host => host.Lock).Distinct(),
            FleetFile.Name,
            FleetFolder.Library,
            FleetInit.Attributes,
        ];
        tree.RefuseOddRules(files.Select(folder.Full));
        var git = new Questions(processes, folder, files, cancellationToken);
        var announced = await AnnouncedAsync(processes, folder, files, cancellationToken);
        var now = await git.FilesOfAsync("HEAD") ?? [];
        if (!now.Contains(FleetFile.Name))
            return new(announced, [], now, now, await git.EarlierAsync(announced, ["", "HEAD"]));
        var adoption = await git.AdoptionAsync();
        var before = await git.FilesOfAsync($"{adoption}^");
        // If no earlier commit is known, because the clone is shallow or the first commit had everything, the locks may be the user's.
        return new(
            announced, before is null ? [] : now.Except(before), now, before ?? [],
            await git.EarlierAsync(announced, [$"{adoption}^"]));
    }

    /// <summary>Questions to git about some files of a flake.</summary>
    sealed class Questions(IProcessRunner processes, FleetFolder folder, string[] files, CancellationToken cancellationToken)
    {
        // git knows a file behind a link by the place that the link leads to.
        readonly ILookup<string, string> _places = files.ToLookup(file => PathOf(folder, file));

        /// <summary>The files that a commit has, as the flake names them; null if git does not know the commit.</summary>
        public async Task<HashSet<string>?> FilesOfAsync(string commit)
        {
            var listed = await RunAsync(["ls-tree", "-r", "--name-only", "-z", commit, "--", .. _places.Select(place => place.Key)]);
            return listed.Succeeded
                ? [.. listed.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).SelectMany(path => _places[path])]
                : null;
        }

        /// <summary>The last commit that added hostlock.toml.</summary>
        public async Task<string> AdoptionAsync()
        {
            var commits = await RunAsync(["rev-list", "--no-merges", "HEAD", "--", FleetFile.Name]);
            // git prints a commit, and below it the files that it added.
            var added = await RunAsync(
                ["diff-tree", "--stdin", "--root", "-r", .. Added, "--", FleetFile.Name],
                commits.Output);
            return added.Output.Split('\n')[0];
        }

        /// <summary>Of .gitattributes and of each lock of a host's own flake, the first of some versions that is not what the file says
        /// now.</summary>
        /// <param name="announced">The files of which git has only an intent to add.</param>
        /// <param name="versions">The versions; that without a name is the index.</param>
        public async Task<Dictionary<string, byte[]>> EarlierAsync(HashSet<string> announced, string[] versions)
        {
            var earlier = new Dictionary<string, byte[]>();
            var own = folder.Fleet.Hosts.Where(host => host.FlakeFile != FleetFolder.FlakeFile).Select(host => host.Lock);
            foreach (var place in own.Append(FleetInit.Attributes).Distinct().Except(announced))
            {
                if (folder.TryReadBytes(place) is not { } current)
                    continue;
                foreach (var version in versions)
                {
                    var found = await VersionAsync($"{version}:./{PathOf(folder, place)}");
                    if (found is null || found.AsSpan().SequenceEqual(current))
                        continue;
                    earlier[place] = found;
                    break;
                }
            }
            return earlier;
        }

        async Task<byte[]?> VersionAsync(string name)
        {
            var request = GitProgram.AskAround(folder.Path, "cat-file", "--filters", name) with { Output = new ProcessOutput.Bytes() };
            var found = await processes.RunAsync(request, cancellationToken);
            return found.Succeeded ? found.OutputBytes.ToArray() : null;
        }

        Task<Finished> RunAsync(string[] arguments, string input = "") =>
            processes.RunAsync(
                GitProgram.AskAround(folder.Path, ["--literal-pathspecs", .. arguments]).WithInput(input), cancellationToken);
    }

    /// <summary>The files, among some, for which git has only an intent to add: an entry of the index without contents.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="files">The files, relative to the flake.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal static async Task<HashSet<string>> AnnouncedAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0 || GitWorkTreeFiles.Around(processes, folder.Path) is null)
            return [];
        var places = files.ToLookup(file => PathOf(folder, file));
        var found = await processes.RunAsync(
            GitProgram.AskAround(
                folder.Path,
                [
                    "--literal-pathspecs", "diff-files", "--ita-invisible-in-index", "-z", .. Added, "--",
                    .. places.Select(place => place.Key),
                ]),
            cancellationToken);
        return found.Succeeded
            ? [.. found.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries).SelectMany(path => places[path])]
            : [];
    }

    static string PathOf(FleetFolder folder, string file) => GitWorkTreeFiles.PathOf(folder.Path, folder.Full(file));

    /// <summary>True if git says that a file came with hostlock or after it.</summary>
    /// <param name="path">Relative to the flake.</param>
    public bool Has(string path) => _announced.Contains(path) || _committed.Contains(path);

    /// <summary>True if git had a file before the flake was adopted, as far as git says.</summary>
    /// <param name="path">Relative to the flake; a lock of a host, or a file of hostlock's.</param>
    public bool HadBefore(string path) => _tracked.Contains(path) && !Has(path);

    /// <summary>True if git certainly had a file before the flake was adopted.</summary>
    /// <param name="path">Relative to the flake; a lock of a host, or a file of hostlock's.</param>
    public bool CertainlyHadBefore(string path) => _before.Contains(path);

    /// <summary>The text of .gitattributes, or of the lock of a host's own flake, before the flake was adopted; null if it is the same
    /// now, or nobody knows it.</summary>
    /// <param name="path">Relative to the flake.</param>
    public byte[]? EarlierOf(string path) => _earlier.GetValueOrDefault(path);

    /// <summary>True if git knows a file only as an intent to add it.</summary>
    /// <param name="path">Relative to the flake.</param>
    public bool IsAnnounced(string path) => _announced.Contains(path);

    /// <summary>Removes entries from the index of git. If it has none for a file, nothing is done.</summary>
    /// <param name="processes">Runs git.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="entries">The paths of the files, relative to the flake, of which git has only an intent to add.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">git does not do it.</exception>
    public static async Task ForgetAsync(
        IProcessRunner processes, FleetFolder folder, IReadOnlyList<string> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return;
        var finished = await GitTurn.RunAsync(
            processes,
            GitProgram.Change(folder.Path, ["update-index", "--force-remove", "--", .. entries.Select(entry => PathOf(folder, entry))]),
            cancellationToken);
        if (!finished.Succeeded)
            throw FleetException.NotForgotten(finished.Errors.Trim());
    }
}
