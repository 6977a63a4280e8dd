using Hostlock.Fleets.Changes;
using Hostlock.Fleets.Settings;
using Hostlock.Locks;
using Hostlock.Platform;

namespace Hostlock.Fleets.Adoption;

/// <summary>Has hosts that are adopted begin with a lock that was tested on another host, instead of the pins of the root lock.</summary>
public static class TestedSeeds
{
    /// <summary>Puts the tested lock into a plan. As in a promotion, an input that a host declares otherwise stays as it would have
    /// been.</summary>
    /// <param name="processes">The seam to git.</param>
    /// <param name="folder">The flake.</param>
    /// <param name="plan">The plan of the adoption.</param>
    /// <param name="hosts">The hosts that begin with the lock.</param>
    /// <param name="like">The owner of the lock.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="HostlockException">A host has a lock already, the tested lock does not exist, or what is declared cannot be
    /// read.</exception>
    public static async Task<InitPlan> ApplyAsync(
        IProcessRunner processes, FleetFolder folder, InitPlan plan, IReadOnlyList<HostName> hosts, LockOwner like,
        CancellationToken cancellationToken)
    {
        var adopted = plan.Files.FirstOrDefault(file => file.Path == FleetFile.Name) is { } settings
            ? folder.As(new(FleetFile.Name, System.Text.Encoding.UTF8.GetString(settings.Contents.Span)))
            : folder;
        var places = hosts.Select(adopted.PlaceOf).ToList();
        var reading = new LockReading();
        var from = folder.PlaceOf(like);
        var promotion = await Promotion.OfAsync(
            adopted, HostDeclarations.Of(adopted, processes), from, HostLocks.ReadExisting(from, reading), reading, places,
            cancellationToken);

        var (files, notes, moving) = (plan.Files, plan.Notes, plan.Moving);
        foreach (var place in places.DistinctBy(place => place.RelativePath))
        {
            if (files.FirstOrDefault(each => each.Path == place.RelativePath) is not { } file)
            {
                // The same command may have been given before.
                if (promotion.Over(place, HostLocks.ReadExisting(place)).IsChange)
                    throw FleetException.HasLock(hosts.First(host => place.Sharers.Contains(new LockOwner.Host(host))), like);
                continue;
            }
            var before = LockFileReader.Read(place.RelativePath, file.Contents.ToArray());
            var planned = promotion.Over(place, before);
            files = files.Replace(
                file, file with { Contents = LockFileWriter.Write(planned.After), What = $"a copy of the lock of {like}: its pins" });
            notes = notes.AddRange(planned.Held.Select(held => new HostNote($"'{held.Path}' is not taken from {like}: {held.Rule}")));
            if (planned.Diff.IsEmpty)
                continue;
            notes = notes.Add(
                new($"{string.Join(' ', place.Sharers)} begins with the pins of {like}:", planned.Diff.Changes));
            moving = moving.AddRange(place.Sharers.OfType<LockOwner.Host>().Select(host => host.Name).Except(moving));
        }
        return plan with { Files = files, Notes = notes, Moving = moving };
    }
}
