using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets.Settings;
using Hostlock.Fleets.Settings.Toml;

namespace Hostlock.Fleets.Adoption;

/// <summary>A file that <c>init</c> makes or changes.</summary>
/// <param name="Path">Relative to the flake.</param>
/// <param name="Contents">The new contents.</param>
/// <param name="IsNew">True if the file does not exist yet.</param>
/// <param name="What">The purpose of the file, or the change in it, in words.</param>
/// <param name="Edit">The change as an edit, for a file of the user; null for a file of hostlock.</param>
public sealed record PlannedFile(string Path, ReadOnlyMemory<byte> Contents, bool IsNew, string What, EditedText? Edit = null);

/// <summary>The plan of <c>init</c>.</summary>
/// <param name="Hosts">The hosts that get a lock, with the configurations that are theirs.</param>
/// <param name="Files">The files to write; empty if the flake is set up already.</param>
/// <param name="Notes">Remarks for the user.</param>
public sealed record InitPlan(
    ImmutableSortedDictionary<HostName, ImmutableArray<string>> Hosts, ImmutableArray<PlannedFile> Files, ImmutableArray<string> Notes);

/// <summary>
/// Adopts a flake: each host gets a lock with the pins that it is built with now, and <c>outputs</c> is wrapped in one call, so that every
/// derivation stays what it is. <see cref="Plan"/> writes nothing, and a second <c>init</c> changes nothing.
/// </summary>
public static class FleetInit
{
    internal const string Attributes = ".gitattributes", MergeAttribute = "merge=hostlock";

    /// <summary>Works out what to write.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="hosts">The hosts that get a lock, with the configurations that are theirs.</param>
    /// <param name="others">The hosts that stay on the root lock, with the configurations that are theirs.</param>
    /// <param name="outputs">The names of all outputs; null if they are not known.</param>
    /// <exception cref="HostlockException">There is no root lock to start from, or <c>outputs</c> cannot be wrapped.</exception>
    public static InitPlan Plan(
        FleetFolder folder,
        ImmutableSortedDictionary<HostName, ImmutableArray<string>> hosts,
        ImmutableSortedDictionary<HostName, ImmutableArray<string>> others,
        ImmutableArray<string>? outputs)
    {
        var files = ImmutableArray.CreateBuilder<PlannedFile>();
        var notes = ImmutableArray.CreateBuilder<string>();
        var layouts = Layouts(folder, hosts.Keys, files, notes);
        FleetToml(folder, hosts, others, layouts, outputs, files);
        var library = folder.TryReadBytes(FleetFolder.Library);
        if (library is null || !library.AsSpan().SequenceEqual(NixLibrary.Contents))
            files.Add(new(FleetFolder.Library, NixLibrary.Contents, library is null, "the pure-Nix library that picks each host's lock"));
        GitAttributes(folder, layouts.Values.Select(layout => layout.Lock), files);
        var flake = new SourceText(FleetFolder.FlakeFile, folder.ReadText(FleetFolder.FlakeFile));
        if (!FlakeNixEdit.IsWrapped(flake))
        {
            var edit = FlakeNixEdit.Wrap(flake);
            files.Add(new(FleetFolder.FlakeFile, Encoding.UTF8.GetBytes(edit.Text), false, "'outputs' is wrapped in one call; nothing else changes", edit));
        }
        return new(hosts, files.ToImmutable(), notes.ToImmutable());
    }

    /// <summary>Writes the planned files, all of them or none. No other hostlock can write to the fleet meanwhile.</summary>
    /// <exception cref="HostlockException">Another hostlock is writing, a path leads out of the flake, or a file cannot be
    /// written.</exception>
    public static void Apply(FleetFolder folder, InitPlan plan)
    {
        using var reserved = folder.Reserve();
        // flake.nix is last in the plan: until it is in place the flake evaluates as before.
        folder.Files.ReplaceAll([.. plan.Files.Select(file => (file.Path, file.Contents))]);
    }

    // The layout of each host. For a host that hostlock.toml lists already, it is the layout that the file gives.
    static Dictionary<HostName, HostLayout> Layouts(
        FleetFolder folder, IEnumerable<HostName> hosts, ImmutableArray<PlannedFile>.Builder files, ImmutableArray<string>.Builder notes)
    {
        var layouts = new Dictionary<HostName, HostLayout>();
        var found = new HostLayouts(folder, hosts);
        foreach (var host in hosts)
        {
            // A host that stayed on the root lock so far is adopted like any other.
            var known = folder.Fleet.Hosts.FirstOrDefault(each => each.Name == host && each.Lock != FleetFolder.RootLock);
            var layout = known is null ? found.Of(host) : found.Of(known);
            layouts.Add(host, layout);
            if (layout.Seed is { } seed)
                files.Add(new(layout.Lock, seed, true, layout.What));
            notes.AddRange(layout.Notes);
        }
        return layouts;
    }

    static void FleetToml(
        FleetFolder folder,
        ImmutableSortedDictionary<HostName, ImmutableArray<string>> hosts,
        ImmutableSortedDictionary<HostName, ImmutableArray<string>> others,
        Dictionary<HostName, HostLayout> layouts,
        ImmutableArray<string>? outputs,
        ImmutableArray<PlannedFile>.Builder files)
    {
        var old = folder.TryReadText(FleetFile.Name);
        var text = new StringBuilder(old ?? "# The hosts of this flake, and the lock each is built by. Read by hostlock and by hostlock.nix.\nversion = 1\n");
        var before = text.ToString();
        if (old is null && outputs is { } names)
        {
            text.Append("# The names of all outputs, so that building one host never evaluates the others to learn them.\n");
            text.Append(CultureInfo.InvariantCulture, $"outputs = {TomlText.Strings(names)}\n");
        }
        foreach (var host in folder.Fleet.Hosts.Where(each => each.Lock == FleetFolder.RootLock && hosts.ContainsKey(each.Name)))
        {
            var place = layouts[host.Name].Lock;
            var edited = FleetFileEdit.SetLock(new(FleetFile.Name, text.ToString()), host.Name, place == folder.Fleet.LockOf(host.Name) ? null : place).Text;
            text.Clear().Append(edited);
        }
        foreach (var (host, under) in hosts.AddRange(others).Where(host => !folder.Fleet.Hosts.Any(each => each.Name == host.Key)))
        {
            var (flake, place) = layouts.TryGetValue(host, out var layout) ? (layout.Flake, layout.Lock) : (FleetFolder.FlakeFile, FleetFolder.RootLock);
            text.Append(CultureInfo.InvariantCulture, $"\n[hosts.{TomlText.Key(host.ToString())}]\n");
            if (flake != FleetFolder.FlakeFile)
                text.Append(CultureInfo.InvariantCulture, $"flake = {TomlText.String(flake)}\n");
            if (place != folder.Fleet.LockOf(host))
                text.Append(CultureInfo.InvariantCulture, $"lock = {TomlText.String(place)}\n");
            if (!under.SequenceEqual([HostNames.Configuration("nixosConfigurations", host)]))
                text.Append(CultureInfo.InvariantCulture, $"configurations = {TomlText.Strings(under)}\n");
        }
        if (text.ToString() != before || old is null)
            files.Add(new(FleetFile.Name, Encoding.UTF8.GetBytes(text.ToString()), old is null, "the fleet: hosts, rings, policies"));
    }

    static void GitAttributes(FleetFolder folder, IEnumerable<string> locks, ImmutableArray<PlannedFile>.Builder files)
    {
        var old = folder.TryReadText(Attributes);
        var text = old ?? "";
        // hosts/plex/flake.lock is one of hosts/*/flake.lock, flake-plex.lock one of flake-*.lock.
        var patterns = locks.Where(place => place != FleetFolder.RootLock).Select(place => place.Split('/') switch
        {
            [.., var above, FleetFolder.RootLock] => $"{place[..^(above.Length + FleetFolder.RootLock.Length + 1)]}*/{FleetFolder.RootLock}",
            [var name] when name.StartsWith("flake-", StringComparison.Ordinal) => "flake-*.lock",
            [.., var name] => $"{place[..^name.Length]}*.lock",
            _ => place,
        }).Distinct().ToList();
        var added = string.Concat(patterns.Select(pattern => $"{pattern} {MergeAttribute} linguist-generated\n").Where(line => !text.Contains($"{line.Split(' ')[0]} {MergeAttribute}", StringComparison.Ordinal)));
        // The last line ends as the last one did before: eject takes whole lines away, and then every byte is as it was.
        var after = text.Length == 0 || text.EndsWith('\n') ? text + added : $"{text}\n{added.TrimEnd('\n')}";
        if (added.Length > 0)
            files.Add(new(Attributes, Encoding.UTF8.GetBytes(after), old is null, "locks merge by input, not by line"));
    }
}
