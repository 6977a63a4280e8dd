using System.Collections.Immutable;
using System.Text;
using Hostlock.Flakes;
using Hostlock.Fleets.Layouts;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;

namespace Hostlock.Fleets.Adoption;

/// <summary>The plan of <c>eject</c>.</summary>
/// <param name="Changed">The files that change.</param>
/// <param name="Removed">The files that are deleted, relative to the flake.</param>
/// <param name="Moves">By host, the inputs that change when the host is built with another lock.</param>
/// <param name="Notes">Remarks for the user.</param>
/// <param name="IsWhole">True if the whole flake leaves hostlock, and not only some hosts.</param>
public sealed record EjectPlan(
    ImmutableArray<PlannedFile> Changed,
    ImmutableArray<string> Removed,
    ImmutableArray<(HostName Host, ImmutableArray<string> Inputs)> Moves,
    ImmutableArray<string> Notes,
    bool IsWhole)
{
    /// <summary>The hosts that flake.nix no longer has, and that hostlock.toml will not have either.</summary>
    public ImmutableArray<HostName> Taken { get; init; } = [];

    /// <summary>True if there is nothing to do.</summary>
    public bool IsEmpty => Changed.IsEmpty && Removed.IsEmpty;
}

/// <summary>
/// Takes hosts back to the root lock, or the whole flake back to what it was before <c>init</c>. Planning writes nothing. Files are
/// changed, flake.nix first, before others are deleted, so that the flake evaluates at every moment.
/// </summary>
public static class FleetEject
{
    /// <summary>Plans how some hosts go back to the root lock.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="words">The hosts, and <c>@ring</c>.</param>
    /// <param name="keepsLocks">Leaves the files of their locks.</param>
    /// <param name="adopted">The files that came with hostlock, as git knows them.</param>
    /// <exception cref="HostlockException">A host is unknown, or has inputs of its own, which the root lock does not lock.</exception>
    public static EjectPlan Hosts(FleetFolder folder, IReadOnlyList<string> words, bool keepsLocks, AdoptedFiles adopted)
    {
        var going = folder.OwnersNamed(words).OfType<LockOwner.Host>().Select(owner => owner.Name).ToHashSet();
        var text = folder.ReadFleetFile().Text;
        var removed = ImmutableArray.CreateBuilder<string>();
        var changed = ImmutableArray.CreateBuilder<PlannedFile>();
        var moves = ImmutableArray.CreateBuilder<(HostName, ImmutableArray<string>)>();
        var (gone, flakes, layouts) = (ListedHosts.Of(folder).Gone, new LocalFlakes(folder), new Lazy<HostLayouts>(() => new(folder, [])));
        // A flake without inputs has no lock, and needs none.
        var root = new Lazy<LockFile>(
            () => HostLocks.Read(folder.RootPlace)
                ?? (flakes.RootInputs.Count == 0 ? LockFile.Empty : throw FleetException.NoLock(folder.RootPlace)));
        var taken = new List<HostName>();
        var left = new List<string>();
        foreach (var host in folder.Fleet.Hosts.Where(host => going.Contains(host.Name)))
        {
            var (name, isGone, hasOwnFlake) = (host.Name, gone.Contains(host.Name), host.FlakeFile != FleetFolder.FlakeFile);
            if (!isGone && host.Lock == FleetFolder.RootLock)
                continue;
            if (isGone)
            {
                Edit(source => FleetFileEdit.RemoveHost(source, host.Name));
                taken.Add(name);
            }
            else
            {
                // If flake.nix has the host as well, the root lock builds it. If the root takes in the host's flake, that means the copy of
                // the host's own lock.
                if (hasOwnFlake && flakes.OutputsWith(FleetFolder.FlakeFile, name).IsEmpty)
                    throw FleetException.EjectsOwnFlake(host.Name, host.FlakeFile);
                if (host.References.Count > 0)
                    throw FleetException.EjectsOwnInputs(host.Name, host.References.Names);
                if (hasOwnFlake)
                    Edit(source => FleetFileEdit.SetFlake(source, host.Name, null));
                Edit(source => FleetFileEdit.SetLock(source, host.Name, FleetFolder.RootLock));
                Move(
                    folder,
                    host,
                    hasOwnFlake && layouts.Value.PinsWithout(host) is { } pins
                        ? LockFileReader.Read(FleetFolder.RootLock, pins)
                        : root.Value,
                    moves);
            }
            if (host.Lock == FleetFolder.RootLock
                || keepsLocks
                || folder.Fleet.Hosts.Any(other => other.Lock == host.Lock && !going.Contains(other.Name)))
                continue;
            left.Add(host.Lock);
            if (IsOurs(folder, host.Lock, adopted))
                removed.Add(host.Lock);
            else if (Earlier(folder, host, layouts, adopted) is { } earlier && changed.All(file => file.Path != earlier.Path))
                changed.Add(earlier);
        }
        if (moves.Count > 0 || taken.Count > 0)
        {
            string[] what =
            [
                .. moves.Count > 0 ? new[] { $"{string.Join(' ', moves.Select(move => move.Item1))} on flake.lock" } : [],
                .. taken.Count > 0 ? new[] { $"without {string.Join(' ', taken)}" } : [],
            ];
            changed.Insert(0, new(FleetFile.Name, folder.BytesOf(FleetFile.Name, text), false, string.Join(", ", what)));
        }
        return new(
            changed.ToImmutable(), Existing(folder, removed), moves.ToImmutable(), [.. NotesOfLinks(folder, left)], false)
        {
            Taken = [.. taken],
        };

        void Edit(Func<SourceText, SourceText> edit) => text = edit(new SourceText(FleetFile.Name, text)).Text;
    }

    /// <summary>Plans how the whole flake leaves hostlock.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="kept">The host whose lock becomes flake.lock, or root.</param>
    /// <param name="keepsLocks">Leaves the files of the hosts' locks.</param>
    /// <param name="adopted">The files that came with hostlock, as git knows them.</param>
    /// <exception cref="HostlockException">The call around <c>outputs</c> is not the one that <c>init</c> made.</exception>
    public static EjectPlan Whole(FleetFolder folder, LockOwner kept, bool keepsLocks, AdoptedFiles adopted)
    {
        var changed = ImmutableArray.CreateBuilder<PlannedFile>();
        var notes = ImmutableArray.CreateBuilder<string>();
        var flake = new SourceText(FleetFolder.FlakeFile, folder.ReadText(FleetFolder.FlakeFile));
        if (FlakeNixEdit.IsWrapped(flake))
        {
            var edit = FlakeNixEdit.Unwrap(flake);
            changed.Add(
                new(FleetFolder.FlakeFile, folder.BytesOf(FleetFolder.FlakeFile, edit.Text), false, "'outputs' is what it was", edit));
        }
        var place = folder.PlaceOf(kept);
        if (place.FullPath != folder.RootPlace.FullPath)
            changed.Add(
                new(
                    FleetFolder.RootLock,
                    HostLocks.ReadBytes(place) ?? throw FleetException.NoLock(place),
                    !File.Exists(folder.RootPlace.FullPath),
                    $"the lock of {kept}"));
        var root = HostLocks.Read(place) ?? LockFile.Empty;
        var layouts = new Lazy<HostLayouts>(() => new(folder, []));
        var moves = ImmutableArray.CreateBuilder<(HostName, ImmutableArray<string>)>();
        foreach (var host in folder.Fleet.Hosts.Where(host => host.Lock != FleetFolder.RootLock || kept is not LockOwner.Root))
        {
            if (host.FlakeFile == FleetFolder.FlakeFile)
                Move(folder, host, root, moves);
            else if (
                !keepsLocks && Earlier(folder, host, layouts, adopted) is { } earlier && changed.All(file => file.Path != earlier.Path))
                changed.Add(earlier);
            if (host.FlakeFile != FleetFolder.FlakeFile)
                notes.Add(
                    $"{host.Name}: '{host.FlakeFile}'"
                    + $"{(keepsLocks || !IsOurs(folder, host.Lock, adopted) ? $" and '{host.Lock}' stay" : " stays")}; "
                    + $"flake.nix has {host.Name} by flake.lock alone from then on");
        }
        var removed = ImmutableArray.CreateBuilder<string>();
        if (folder.TryReadText(FleetInit.Attributes) is { } text && text.Contains(FleetInit.MergeAttribute, StringComparison.Ordinal))
        {
            // A line for locks that existed before belongs to the user.
            var before = adopted.EarlierOf(FleetInit.Attributes) is { } earlier ? Encoding.UTF8.GetString(earlier)
                : adopted.CertainlyHadBefore(FleetInit.Attributes) ? text
                : "";
            var known = Lines(before).Select(line => line.TrimEnd('\n')).ToHashSet();
            var left = string.Concat(
                Lines(text).Where(
                    line => !line.Contains(FleetInit.MergeAttribute, StringComparison.Ordinal) || known.Contains(line.TrimEnd('\n'))));
            // init kept the end of the user's last line, so it is restored here.
            if (!text.EndsWith('\n') && left.EndsWith('\n'))
                left = left[..^1];
            if (left.Length == 0 && !adopted.HadBefore(FleetInit.Attributes))
                removed.Add(FleetInit.Attributes);
            else if (left != text)
                changed.Add(new(FleetInit.Attributes, folder.BytesOf(FleetInit.Attributes, left), false, "without the lines for locks"));
        }
        removed.AddRange(FleetFolder.Library, FleetFile.Name);
        if (!keepsLocks)
        {
            var locks = folder.Fleet.Hosts.Select(host => host.Lock).ToList();
            notes.AddRange(NotesOfLinks(folder, locks));
            removed.AddRange(locks.Where(place => IsOurs(folder, place, adopted)));
        }
        return new(changed.ToImmutable(), Existing(folder, removed), moves.ToImmutable(), notes.ToImmutable(), true);
    }

    /// <summary>Makes an undertaking of a plan. Nothing is written.</summary>
    /// <param name="folder">The flake.</param>
    /// <param name="words">The words of the command, as the undertaking records them.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="adopted">The files that came with hostlock, as git knows them.</param>
    /// <exception cref="HostlockException">A file cannot be read.</exception>
    public static Undertaking Undertake(
        FleetFolder folder, IEnumerable<string> words, EjectPlan plan, AdoptedFiles adopted) =>
        Undertaking.Of(
            folder,
            words,
            [
                .. plan.Changed.Select(file => (file.Path, (ReadOnlyMemory<byte>?)file.Contents)),
                // hostlock.toml goes last: without it, nobody can tell which other files belong to hostlock.
                .. plan.Removed.OrderBy(path => path == FleetFile.Name).Select(path => (path, (ReadOnlyMemory<byte>?)null)),
            ],
            plan.Removed.Where(adopted.IsAnnounced));

    // Files with other names belong to the user, unless git says that they came with hostlock; so do a lock that init found in its place,
    // and a link.
    static bool IsOurs(FleetFolder folder, string lockPath, AdoptedFiles adopted) =>
        !folder.Files.IsLink(lockPath)
        && (adopted.Has(lockPath) || (lockPath.StartsWith("locks/", StringComparison.Ordinal) && !adopted.CertainlyHadBefore(lockPath)));

    static IEnumerable<string> NotesOfLinks(FleetFolder folder, IEnumerable<string> locks) =>
        from path in locks.Distinct()
        where folder.Files.IsLink(path)
        select $"'{Visible.Name(path)}' is a link, and stays with the file that it leads to";

    static void Move(FleetFolder folder, Host host, LockFile to, ImmutableArray<(HostName, ImmutableArray<string>)>.Builder moves)
    {
        var from = HostLocks.Read(folder.PlaceOf(host.Name)) ?? LockFile.Empty;
        moves.Add((host.Name, [.. LockDiff.Between(from, to).Changes.Select(change => change.Path.Names[0]).Distinct()]));
    }

    // The earlier lock of a host's own flake, if the lock is still the one that init put in its place.
    static PlannedFile? Earlier(FleetFolder folder, Host host, Lazy<HostLayouts> layouts, AdoptedFiles adopted) =>
        adopted.EarlierOf(host.Lock) is { } earlier
            && layouts.Value.PinsWithout(host) is { } pins
            && folder.TryReadBytes(host.Lock) is { } current
            && pins.AsSpan().SequenceEqual(current)
            ? new(host.Lock, earlier, false, "as it was before init")
            : null;

    static ImmutableArray<string> Existing(FleetFolder folder, IEnumerable<string> paths) =>
        [.. paths.Distinct().Where(path => File.Exists(folder.Full(path)))];

    static IEnumerable<string> Lines(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found + 1 : text.Length;
            yield return text[at..end];
            at = end;
        }
    }
}
