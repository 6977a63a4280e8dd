using System.Collections.Immutable;
using Hostlock.Fetching.Git.WorkTrees;
using Hostlock.Flakes;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Nar;
using Hostlock.Platform;

namespace Hostlock.Fleets.Changes;

/// <summary>The changes of declarations that are asked for.</summary>
/// <param name="Changes">The changes, in their order.</param>
/// <param name="Host">The host that they are for; null for all that flake.nix declares inputs for.</param>
public sealed record InputRequest(ImmutableArray<InputChange> Changes, HostName? Host);

/// <summary>A file that declares inputs, as it is and as it will be, and the locks that go with it.</summary>
/// <param name="File">The path of the file, relative to the flake.</param>
/// <param name="Before">Its text.</param>
/// <param name="After">Its new text.</param>
/// <param name="Locks">The locks that change.</param>
public sealed record DeclarationPlan(string File, string Before, string After, IReadOnlyList<PlannedLock> Locks)
{
    /// <summary>The oddities that were met on the way.</summary>
    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    /// <summary>True if anything changes.</summary>
    public bool IsChange => Before != After || Locks.Count > 0;
}

/// <summary>
/// Changes what a flake declares, and brings the locks in line with it: all of it or nothing. A reference that cannot be fetched is an
/// error, and so is a change of anything but the inputs that were named.
/// </summary>
/// <param name="processes">The seam to git.</param>
/// <param name="folder">The flake.</param>
/// <param name="source">Follows references to trees.</param>
public sealed class InputEditing(IProcessRunner processes, FleetFolder folder, IFlakeSource source)
{
    /// <summary>Works out the new text and the new locks. Nothing is written.</summary>
    /// <param name="request">The changes of declarations.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">The change makes no sense, the file cannot be edited, a lock cannot be brought in line, or
    /// something else would change too.</exception>
    public async Task<DeclarationPlan> PlanAsync(InputRequest request, CancellationToken cancellationToken)
    {
        var host = request.Host is { } name ? folder.HostOf(name) : null;
        var isOfSettings = host is { FlakeFile: FleetFolder.FlakeFile };
        var file = isOfSettings ? FleetFile.Name : host?.FlakeFile ?? FleetFolder.FlakeFile;
        var before = new SourceText(file, folder.ReadText(file));
        var after = isOfSettings
            ? await OfSettingsAsync(before, host!, request.Changes, cancellationToken)
            : FlakeInputEdit.Apply(before, request.Changes, FolderOf(file));
        if (after.Text == before.Text)
            return new(file, before.Text, after.Text, []);

        var fleet = isOfSettings ? folder.As(after) : folder;
        var declarations = host?.FlakeFile ?? FleetFolder.FlakeFile;
        var places = fleet.AllPlaces().Where(place => HostLocks.Read(place) is not null).ToList();
        var concerned = places
            .Where(place => isOfSettings ? place.Sharers.Contains(new LockOwner.Host(host!.Name)) : place.DeclaredIn == declarations)
            .ToHashSet();
        // If nothing has locked the declarations yet, they have to be locked first, to know that the reference can be fetched.
        if (concerned.Count == 0)
        {
            var own = host is null ? fleet.RootPlace : fleet.PlaceOf(host.Name);
            places.Add(own);
            concerned.Add(own);
        }
        // Nix does not read files that git does not know.
        foreach (var place in concerned.Take(1))
            await HostDeclarations.Of(folder, processes).OfAsync(place, cancellationToken);
        var edited = isOfSettings ? null : new EditedFile(file, folder.BytesOf(file, after.Text));
        places.RemoveAll(place => isOfSettings && !concerned.Contains(place));
        var plan = await new FleetUpdate(fleet, source, processes, edited)
            .PlanAsync(places, new UpdateRequest.InLine(), cancellationToken);

        var locks = new List<PlannedLock>();
        foreach (var outcome in plan.Outcomes)
        {
            // Other locks are looked at because they may take in the flake of a host; their errors are reported elsewhere.
            switch (outcome)
            {
                case LockOutcome.Failed(var place, var why) when concerned.Contains(place):
                    throw why;
                case LockOutcome.Planned({ IsChange: true } planned):
                    var beyond = planned.Diff.Changes.Select(change => change.Path).Where(path => !IsAsked(planned, path)).ToList();
                    if (beyond.Count == 0)
                        locks.Add(planned);
                    else if (concerned.Contains(planned.Place))
                        throw FleetException.NotInLine(planned.Place, beyond);
                    break;
            }
        }
        var brought = plan.Outcomes.OfType<LockOutcome.Planned>().Select(outcome => outcome.Lock)
            .Where(planned => concerned.Contains(planned.Place)).ToList();
        foreach (var change in request.Changes.OfType<InputChange.Follow>().Where(change => change.Path.Length > 1))
            RefuseUnknown(change.Path, brought);
        return new(file, before.Text, after.Text, locks) { Warnings = [.. locks.SelectMany(planned => planned.Warnings).Distinct()] };

        bool IsAsked(PlannedLock planned, InputPath path) =>
            request.Changes.Any(change => path.StartsWith(change.Path) || IsOfFlakeWithin(planned, path, change.Path));
    }

    /// <summary>Makes an undertaking of a plan. Nothing is written.</summary>
    /// <param name="words">The words of the command, as the undertaking records them.</param>
    /// <param name="plan">The plan.</param>
    /// <exception cref="HostlockException">A file cannot be read.</exception>
    public Undertaking Undertake(IEnumerable<string> words, DeclarationPlan plan) =>
        Undertaking.Of(
            folder,
            words,
            [
                .. plan.Locks.Select(planned => (planned.Place.RelativePath, (ReadOnlyMemory<byte>?)planned.Contents)),
                (plan.File, folder.BytesOf(plan.File, plan.After)),
            ],
            []);

    /// <summary>Refuses a plan whose files cannot be committed alone.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="FleetException">git makes no commit of single files there now, or the file has the user's own changes.</exception>
    public Task RequireCommittableAsync(DeclarationPlan plan, CancellationToken cancellationToken) =>
        LockCommit.In(processes, [folder]).RequireOwnAsync(
            [new(plan.File, folder.BytesOf(plan.File, plan.Before), folder.BytesOf(plan.File, plan.After))], cancellationToken);

    /// <summary>Commits the files of an undertaking that is done.</summary>
    /// <param name="undertaking">The files.</param>
    /// <param name="note">The message of the commit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The subject of the commit; null if the last commit has the files as they are.</returns>
    /// <exception cref="FleetException">git does not make the commit.</exception>
    public Task<string?> CommitAsync(Undertaking undertaking, CommitNote note, CancellationToken cancellationToken) =>
        LockCommit.In(processes, [folder]).MakeAsync([undertaking], note, cancellationToken);

    // A host whose inputs flake.nix declares has references of its own in hostlock.toml, and nothing else.
    async Task<SourceText> OfSettingsAsync(
        SourceText settings, Host host, IEnumerable<InputChange> changes, CancellationToken cancellationToken)
    {
        if (folder.Fleet.Hosts.Where(other => other.Name != host.Name && other.Lock == host.Lock).Select(other => other.Name).ToList()
            is { Count: > 0 } sharers)
            throw FleetException.SharesItsLock(host.Name, host.Lock, sharers, folder.PlaceInFleetFile("hosts", host.Name.ToString()));
        var declared = (await HostDeclarations.Of(folder, processes).OfAsync(folder.RootPlace, cancellationToken)).Flake;
        foreach (var change in changes)
        {
            var (name, reference) = change switch
            {
                InputChange.Refer(var input, var url) => (input, url),
                InputChange.Remove(var input) => (input, (string?)null),
                _ => throw FleetException.SharesItsFlake(
                    host.Name, change.Path, declared.Inputs.ContainsKey(change.Path.Names[0])),
            };
            if (!declared.Inputs.TryGetValue(name, out var known))
                throw FleetException.NotAnInput(folder.PlaceOf(host.Name), InputPath.Of(name), declared.Inputs.Keys);
            if (reference is null && !host.References.ContainsKey(name))
                throw FleetException.NoOwnReference(host.Name, name, host.References.Names);
            if (reference is not null)
                _ = FlakeRef.ParseInput(reference, known.IsFlake, null, null);
            settings = FleetFileEdit.SetReference(settings, host.Name, name, reference);
        }
        return settings;
    }

    // An input of a flake in a folder of the repository, which another lock takes in by a relative path.
    static bool IsOfFlakeWithin(PlannedLock planned, InputPath path, InputPath changed)
    {
        for (var length = 1; length < path.Length; length++)
        {
            if (planned.After.EdgeAt(InputPath.Of(path.Names[..length])) is LockEdge.Locked { Node.Locked.IsRelativePath: true }
                && InputPath.Of(path.Names[length..]).StartsWith(changed))
                return true;
        }
        return false;
    }

    static void RefuseUnknown(InputPath path, List<PlannedLock> locks)
    {
        if (locks.Count > 0 && locks.All(planned => planned.After.EdgeAt(path) is null))
            throw FleetException.NotAnInput(locks[0].Place, path, locks[0].After);
    }

    TreePath FolderOf(string file)
    {
        var root = GitWorkTreeFiles.Around(processes, folder.Path)?.Root ?? folder.Path;
        return TreePath.Parse(Path.GetRelativePath(root, folder.Full(file))).Folder;
    }
}
