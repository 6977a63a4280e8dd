using System.Globalization;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Journals;

public sealed class RolloutJournalsTests : IDisposable
{
    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("part", "programs")]
    public void A_flake_in_a_repository_needs_no_cache()
    {
        File.WriteAllText(_folder["flake.nix"], "{ outputs = _: { }; }\n");
        TestGit.Init(_folder.Path);

        var journals = RolloutJournals.Of(FleetFolder.Open(_folder.Path), () => throw new InvalidOperationException("nobody needs it"));

        Assert.Equal(_folder[".git/hostlock"], journals.Path);
    }

    [Fact]
    public async Task While_another_run_builds_the_first_rollout_it_is_not_said_that_there_is_none()
    {
        File.WriteAllText(_folder["flake.nix"], "{ outputs = _: { }; }\n");
        var journals = RolloutJournals.Of(FleetFolder.Open(_folder.Path), () => _folder["cache"]);

        Assert.Equal("there is no rollout", journals.WhyNoRollout().Message);
        var meanwhile = await journals.AloneAsync(() => Task.FromResult(journals.WhyNoRollout()));

        Assert.True(meanwhile.IsBusy);
        Assert.Equal("there is no rollout", journals.WhyNoRollout().Message);
    }

    [Fact]
    public async Task The_oldest_journals_go_and_that_of_the_last_rollout_stays()
    {
        File.WriteAllText(_folder["flake.nix"], "{ outputs = _: { }; }\n");
        var journals = RolloutJournals.Of(FleetFolder.Open(_folder.Path), () => _folder["cache"]);
        Directory.CreateDirectory(journals.Path);
        Write(0, RolloutAction.Rollout);
        for (var number = 1; number <= RolloutJournals.Most + 5; number++)
            Write(number, RolloutAction.Switch);

        var left = await journals.AloneAsync(() => Task.FromResult(
            Directory.EnumerateFiles(journals.Path, "*.journal").Select(Path.GetFileNameWithoutExtension).Order().ToList()));

        Assert.Equal(RolloutJournals.Most + 1, left.Count);
        Assert.Equal(["run-000", "run-006"], left.Take(2));
        Assert.Equal("run-000", journals.LastRollout()!.Plan.Id);

        void Write(int number, RolloutAction action)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"run-{number:000}");
            using (var journal = Journal.Open(journals.PathOf(id)))
                journal.Append(new RolloutEvent.Opened(new(id, action, [Plan()]), Start));
            File.SetLastWriteTimeUtc(journals.PathOf(id), Start.UtcDateTime.AddMinutes(number));
        }
    }
}
