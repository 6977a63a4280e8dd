using System.Collections.Immutable;
using System.Text;
using Hostlock.Flakes;
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
    /// <summary>True if there is nothing to do.</summary>
    public bool IsEmpty => Changed.IsEmpty && Removed.IsEmpty;
}

/// <summary>
/// Takes hosts back to the root lock, or the whole flake back to what it was before <c>init</c>. Planning writes nothing. Files are
/// changed, flake.nix first, before others are deleted, so that the flake evaluates at every moment, and a second run finishes an
/// interrupted one.
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
        var going = words.SelectMany(folder.OwnersNamed).OfType<LockOwner.Host>().Select(owner => owner.Name).ToHashSet();
        var text = folder.ReadFleetFile().Text;
        var removed = ImmutableArray.CreateBuilder<string>();
        var root = HostLocks.ReadExisting(folder.RootPlace);
        var moves = ImmutableArray.CreateBuilder<(HostName, ImmutableArray<string>)>();
        foreach (var host in folder.Fleet.Hosts.Where(host => going.Contains(host.Name) && host.Lock != FleetFolder.RootLock))
        {
            if (host.FlakeFile != FleetFolder.FlakeFile)
                throw FleetException.EjectsOwnFlake(host.Name, host.FlakeFile);
            if (host.References.Count > 0)
                throw FleetException.EjectsOwnInputs(host.Name, host.References.Names);
            text = FleetFileEdit.SetLock(new(FleetFile.Name, text), host.Name, FleetFolder.RootLock).Text;
            Move(folder, host, root, moves);
            if (!keepsLocks && IsOurs(host.Lock, adopted) && folder.Fleet.Hosts.All(other => other.Lock != host.Lock || going.Contains(other.Name)))
                removed.Add(host.Lock);
        }
        ImmutableArray<PlannedFile> changed = removed.Count == 0 && moves.Count == 0
            ? []
            : [new(FleetFile.Name, Encoding.UTF8.GetBytes(text), false, $"{string.Join(' ', moves.Select(move => move.Item1))} on flake.lock")];
        return new(changed, Existing(folder, removed), moves.ToImmutable(), [], false);
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
            changed.Add(new(FleetFolder.FlakeFile, Encoding.UTF8.GetBytes(edit.Text), false, "'outputs' is what it was", edit));
        }
        var place = folder.PlaceOf(kept);
        if (place.FullPath != folder.RootPlace.FullPath)
            changed.Add(new(FleetFolder.RootLock, HostLocks.ReadBytes(place) ?? throw FleetException.NoLock(place), !File.Exists(folder.RootPlace.FullPath), $"the lock of {kept}"));
        var root = HostLocks.Read(place) ?? LockFile.Empty;
        var moves = ImmutableArray.CreateBuilder<(HostName, ImmutableArray<string>)>();
        foreach (var host in folder.Fleet.Hosts.Where(host => host.Lock != FleetFolder.RootLock || kept is not LockOwner.Root))
        {
            if (host.FlakeFile == FleetFolder.FlakeFile)
                Move(folder, host, root, moves);
            else
                notes.Add($"{host.Name}: '{host.FlakeFile}'{(keepsLocks || !IsOurs(host.Lock, adopted) ? $" and '{host.Lock}' stay" : " stays")}; flake.nix has {host.Name} by flake.lock alone from then on");
        }
        var removed = ImmutableArray.CreateBuilder<string>();
        if (folder.TryReadText(FleetInit.Attributes) is { } text && text.Contains(FleetInit.MergeAttribute, StringComparison.Ordinal))
        {
            var left = string.Concat(Lines(text).Where(line => !line.Contains(FleetInit.MergeAttribute, StringComparison.Ordinal)));
            // init kept the end of the user's last line, so it is restored here.
            if (!text.EndsWith('\n') && left.EndsWith('\n'))
                left = left[..^1];
            if (left.Length > 0)
                changed.Add(new(FleetInit.Attributes, Encoding.UTF8.GetBytes(left), false, "without the lines for locks"));
            else
                removed.Add(FleetInit.Attributes);
        }
        removed.AddRange(FleetFolder.Library, FleetFile.Name);
        if (!keepsLocks)
            removed.AddRange(folder.Fleet.Hosts.Select(host => host.Lock).Where(place => IsOurs(place, adopted)));
        return new(changed.ToImmutable(), Existing(folder, removed), moves.ToImmutable(), notes.ToImmutable(), true);
    }

    /// <summary>Writes what was planned, while no other hostlock writes to the fleet.</summary>
    /// <exception cref="HostlockException">Another hostlock writes, or a file leads out of the flake or cannot be written.</exception>
    public static void Apply(FleetFolder folder, EjectPlan plan)
    {
        using var reserved = folder.Reserve();
        folder.Files.ReplaceAll([.. plan.Changed.Select(file => (file.Path, file.Contents))]);
        // hostlock.toml is deleted last, because a second run plans from it.
        foreach (var path in plan.Removed.OrderBy(path => path == FleetFile.Name))
            folder.Files.Delete(path);
    }

    // Files with other names belong to the user, unless git says that they came with hostlock.
    static bool IsOurs(string lockPath, AdoptedFiles adopted) => lockPath.StartsWith("locks/", StringComparison.Ordinal) || adopted.Has(lockPath);

    static void Move(FleetFolder folder, Host host, LockFile to, ImmutableArray<(HostName, ImmutableArray<string>)>.Builder moves)
    {
        var from = HostLocks.Read(folder.PlaceOf(host.Name)) ?? LockFile.Empty;
        moves.Add((host.Name, [.. LockDiff.Between(from, to).Changes.Select(change => change.Path.Names[0]).Distinct()]));
    }

    static ImmutableArray<string> Existing(FleetFolder folder, IEnumerable<string> paths) => [.. paths.Distinct().Where(path => File.Exists(folder.Full(path)))];

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
