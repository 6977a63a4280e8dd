using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets.Layouts;
using Hostlock.Fleets.Settings;
using Hostlock.Fleets.Settings.Toml;

namespace Hostlock.Fleets.Adoption;

/// <summary>A file that <c>init</c> makes or changes.</summary>
/// <param name="Path">The path of the file, relative to the flake.</param>
/// <param name="Contents">The bytes that the file will hold.</param>
/// <param name="IsNew">True if the file does not exist yet.</param>
/// <param name="What">The purpose of the file, or what changes in it, in words.</param>
/// <param name="Edit">The changed places of a file that the user wrote; null for a new file.</param>
public sealed record PlannedFile(string Path, ReadOnlyMemory<byte> Contents, bool IsNew, string What, SourceText? Edit = null)
{
    /// <summary>True if the file replaces one of the user's, with all its contents.</summary>
    public bool GivesUp { get; init; }
}

/// <summary>The plan of <c>init</c>.</summary>
/// <param name="Hosts">The hosts that get a lock, with the configurations that are theirs.</param>
/// <param name="Files">The files to write; empty if the flake is set up already.</param>
/// <param name="Notes">Remarks for the user.</param>
public sealed record InitPlan(
    ImmutableSortedDictionary<HostName, ImmutableArray<string>> Hosts, ImmutableArray<PlannedFile> Files, ImmutableArray<HostNote> Notes)
{
    /// <summary>True if no configuration that is known stays on the root lock.</summary>
    public bool AreAll { get; init; }

    /// <summary>The hosts whose lock has other pins than those that build them today.</summary>
    public ImmutableArray<HostName> Moving { get; init; } = [];

    /// <summary>The hosts that still have no lock, because nothing in the flake says what to pin.</summary>
    public ImmutableArray<HostName> Unlocked { get; init; } = [];
}

/// <summary>
/// Adopts a flake: each host gets a lock with the pins that it is built with now, and <c>outputs</c> is wrapped in one call, so that every
/// derivation stays what it is. <see cref="Plan"/> writes nothing, and a second <c>init</c> changes nothing.
/// </summary>
public static class FleetInit
{
    internal const string Attributes = ".gitattributes", MergeAttribute = "merge=hostlock";

    /// <summary>Works out what to write.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="choice">The hosts that are adopted.</param>
    /// <exception cref="HostlockException">There is no root lock to start from, or <c>outputs</c> cannot be wrapped.</exception>
    public static InitPlan Plan(FleetFolder folder, HostChoice choice)
    {
        var files = ImmutableArray.CreateBuilder<PlannedFile>();
        var notes = ImmutableArray.CreateBuilder<HostNote>();
        var layouts = Layouts(folder, choice.Hosts.Keys, files, notes);
        RefuseCaseTwins(folder, layouts);
        if (choice.Staying is { } staying)
            notes.Add(new(staying));
        // The root needs a lock for its other outputs. Without one, Nix would make it anew with each evaluation.
        if (!File.Exists(folder.RootPlace.FullPath) && new LocalFlakes(folder).RootInputs.Count > 0)
            notes.Add(new("flake.nix itself has no lock yet; 'hostlock lock root' makes it"));
        FleetToml(folder, choice, layouts, files);
        var library = folder.TryReadBytes(FleetFolder.Library);
        if (library is null || !library.AsSpan().SequenceEqual(NixLibrary.Contents))
            files.Add(new(FleetFolder.Library, NixLibrary.Contents, library is null, "the pure-Nix library that picks each host's lock"));
        GitAttributes(folder, layouts.Values.Select(layout => layout.Lock), files);
        var flake = new SourceText(FleetFolder.FlakeFile, folder.ReadText(FleetFolder.FlakeFile));
        if (!FlakeNixEdit.IsWrapped(flake))
        {
            var edit = FlakeNixEdit.Wrap(flake);
            files.Add(
                new(
                    FleetFolder.FlakeFile,
                    folder.BytesOf(FleetFolder.FlakeFile, edit.Text),
                    false,
                    "'outputs' is wrapped in one call; nothing else changes",
                    edit));
        }
        return new(choice.Hosts, files.ToImmutable(), notes.ToImmutable())
        {
            AreAll = choice is { AreOutputsKnown: true, Staying: null, Others.IsEmpty: true }
                && folder.Fleet.Hosts.All(host => host.Lock != FleetFolder.RootLock || choice.Hosts.ContainsKey(host.Name)),
            Moving = [.. layouts.Where(layout => layout.Value.Moves).Select(layout => layout.Key)],
            Unlocked =
            [
                .. layouts.Where(layout => layout.Value is { Seed: null } seedless && !File.Exists(folder.Full(seedless.Lock)))
                .Select(layout => layout.Key),
            ],
        };
    }

    /// <summary>Makes an undertaking of a plan. Nothing is written.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="words">The words of the command, as the undertaking records them.</param>
    /// <param name="plan">The plan.</param>
    /// <exception cref="HostlockException">A file cannot be read.</exception>
    // flake.nix is last in the plan: until it is in place the flake evaluates as before.
    public static Undertaking Undertake(FleetFolder folder, IEnumerable<string> words, InitPlan plan) =>
        Undertaking.Of(folder, words, plan.Files.Select(file => (file.Path, (ReadOnlyMemory<byte>?)file.Contents)), []);

    // On a disk that ignores case, one lock would be written over the other. A fleet that has such locks already keeps them.
    static void RefuseCaseTwins(FleetFolder folder, Dictionary<HostName, HostLayout> layouts)
    {
        var hosts = folder.Fleet.Hosts.Select(host => (host.Name, host.Lock))
            .Concat(layouts.Select(layout => (Name: layout.Key, layout.Value.Lock)))
            .DistinctBy(host => host.Lock).ToDictionary(host => host.Lock, host => host.Name, StringComparer.Ordinal);
        foreach (var (first, second) in CaseTwins.Of(hosts.Keys))
        {
            if (folder.Fleet.Hosts.All(host => host.Lock != second))
                throw FleetException.DiffersByCase(hosts[first], first, hosts[second], second);
        }
    }

    // The layout of each host. For a host that hostlock.toml has already, it is the one that the file says.
    static Dictionary<HostName, HostLayout> Layouts(
        FleetFolder folder, IEnumerable<HostName> hosts, ImmutableArray<PlannedFile>.Builder files, ImmutableArray<HostNote>.Builder notes)
    {
        var layouts = new Dictionary<HostName, HostLayout>();
        var found = new HostLayouts(folder, hosts);
        foreach (var host in hosts)
        {
            // A host that stayed on the root lock so far is adopted like any other.
            var known = folder.Fleet.Hosts.FirstOrDefault(each => each.Name == host && each.Lock != FleetFolder.RootLock);
            var layout = known is null ? found.Of(host) : found.Of(known);
            layouts.Add(host, layout);
            var exists = File.Exists(folder.Full(layout.Lock));
            if (layout.Seed is { } seed)
                files.Add(new(layout.Lock, seed, !exists, layout.What) { GivesUp = exists });
            notes.AddRange(layout.Notes);
        }
        return layouts;
    }

    static void FleetToml(
        FleetFolder folder, HostChoice choice, Dictionary<HostName, HostLayout> layouts, ImmutableArray<PlannedFile>.Builder files)
    {
        var old = folder.TryReadText(FleetFile.Name);
        var text = new StringBuilder();
        if (old is null)
            text.Append("# The hosts of this flake, and the lock each is built by. Read by hostlock and by hostlock.nix.\nversion = 1\n");
        if (old is null && choice.Outputs is { } names)
        {
            text.Append("# The names of all outputs, so that building one host never evaluates the others to learn them.\n");
            text.Append(CultureInfo.InvariantCulture, $"outputs = {TomlText.Strings(names)}\n");
        }
        var chosen = choice.Hosts.AddRange(choice.Others);
        foreach (var (host, under) in chosen.Where(host => !folder.Fleet.Hosts.Any(each => each.Name == host.Key)))
        {
            var (flake, place) = layouts.TryGetValue(host, out var layout)
                ? (layout.Flake, layout.Lock)
                : (FleetFolder.FlakeFile, FleetFolder.RootLock);
            text.Append(CultureInfo.InvariantCulture, $"\n{TomlText.Header("hosts", host.ToString())}\n");
            if (flake != FleetFolder.FlakeFile)
                text.Append(CultureInfo.InvariantCulture, $"flake = {TomlText.String(flake)}\n");
            if (place != folder.Fleet.LockOf(host))
                text.Append(CultureInfo.InvariantCulture, $"lock = {TomlText.String(place)}\n");
            if (!under.SequenceEqual(DefaultConfigurations(host)))
                text.Append(CultureInfo.InvariantCulture, $"configurations = {TomlText.Strings(under)}\n");
        }
        var whole = old is null
            ? text.ToString()
            : Edited(folder, choice, layouts, old) + LinesFor(old, text.ToString());
        if (whole != old)
            files.Add(new(FleetFile.Name, folder.BytesOf(FleetFile.Name, whole), old is null, "the fleet: hosts, rings, policies"));
    }

    // New lines as they end in a file.
    static string LinesFor(string file, string lines) =>
        lines.Replace("\n", new SourceText("", file).LineEnd, StringComparison.Ordinal);

    // The changes of hosts that the file has already: those that leave the root lock, and configurations that came since.
    static string Edited(FleetFolder folder, HostChoice choice, Dictionary<HostName, HostLayout> layouts, string text)
    {
        var listed = ListedHosts.Of(folder);
        foreach (var host in folder.Fleet.Hosts)
        {
            var name = host.Name;
            if (host.Lock == FleetFolder.RootLock && layouts.TryGetValue(name, out var layout))
            {
                Edit(source => FleetFileEdit.SetLock(source, host.Name, layout.Lock == folder.Fleet.LockOf(name) ? null : layout.Lock));
                if (layout.Flake != host.FlakeFile)
                    Edit(source => FleetFileEdit.SetFlake(source, host.Name, layout.Flake));
            }
            // If the outputs are listed, a configuration that the file does not have is lost. One that is gone is an error of Nix's in any
            // case.
            var absent = folder.Fleet.Outputs is null ? [] : listed.UnlistedConfigurations.GetValueOrDefault(name, []);
            var gone = listed.GoneConfigurations.GetValueOrDefault(name, []);
            if (!absent.IsEmpty || !gone.IsEmpty)
                Edit(
                    source =>
                        FleetFileEdit.SetConfigurations(source, host.Name, host.ConfigurationPaths.RemoveRange(gone).AddRange(absent)));
        }
        if (folder.Fleet.Outputs is { } known
            && choice.AreOutputsKnown
            && !(choice.Outputs is { } outputs && outputs.ToHashSet().SetEquals(known)))
            Edit(source => FleetFileEdit.SetOutputs(source, choice.Outputs));
        return text;

        void Edit(Func<SourceText, SourceText> edit) => text = edit(new SourceText(FleetFile.Name, text)).Text;
    }

    static ImmutableArray<string> DefaultConfigurations(HostName host) => [Host.ConfigurationPath("nixosConfigurations", host.ToString())];

    static void GitAttributes(FleetFolder folder, IEnumerable<string> locks, ImmutableArray<PlannedFile>.Builder files)
    {
        var old = folder.TryReadText(Attributes);
        var text = old ?? "";
        // git looks for the place that a link leads to.
        var patterns = locks.Where(place => place != FleetFolder.RootLock)
            .Select(place => GitPattern.Word(PatternFor(GitWorkTreeFiles.PathOf(folder.Path, folder.Full(place))))).Distinct().ToList();
        var added = LinesFor(
            text,
            string.Concat(
                patterns.Where(pattern => !text.Contains($"{pattern} {MergeAttribute}", StringComparison.Ordinal))
                    .Select(pattern => $"{pattern} {MergeAttribute} linguist-generated\n")));
        // The last line ends as the last line did before: eject takes whole lines away, and then every byte is as before.
        var after = text.Length == 0 || text.EndsWith('\n') ? text + added : $"{text}{LinesFor(text, "\n")}{added.TrimEnd('\r', '\n')}";
        if (added.Length > 0)
            files.Add(new(Attributes, folder.BytesOf(Attributes, after), old is null, "locks merge by input, not by line"));
    }

    // hosts/plex/flake.lock is one of hosts/*/flake.lock, flake-plex.lock one of flake-*.lock. A pattern without a folder holds in every
    // folder, where other programs have locks of their own.
    static string PatternFor(string path)
    {
        return path.Split('/') switch
        {
            [.., var above, FleetFolder.RootLock] =>
                $"{Beginning(above.Length + FleetFolder.RootLock.Length + 1)}*/{FleetFolder.RootLock}",
            [var name] when name.StartsWith("flake-", StringComparison.Ordinal) && IsLock(name) => "flake-*.lock",
            [_, .., var name] when IsLock(name) => $"{Beginning(name.Length)}*.lock",
            _ => $"/{GitPattern.Of(path)}",
        };

        string Beginning(int rest) => GitPattern.Of(path[..^rest]);

        static bool IsLock(string name) => name.EndsWith(".lock", StringComparison.Ordinal);
    }
}
