using System.Text;
using System.Text.RegularExpressions;
using Hostlock.Flakes;
using Hostlock.Fleets;
using Hostlock.Rollouts;
using Hostlock.Rollouts.Journals;
using Hostlock.Tests.Support;
using static Hostlock.Tests.Rollouts.FakeHostFacts;

namespace Hostlock.Tests.Rollouts.Journals;

public sealed class JournalTests : IDisposable
{
    static readonly Revision Commit = Revision.Parse("0123456789abcdef0123456789abcdef01234567");

    static readonly RolloutEvent[] Events =
    [
        new RolloutEvent.Opened(
            new(
                Id, RolloutAction.Rollback,
                [
                    Plan(Activation.Switch) with { Engine = "mine" },
                    Plan(Activation.Boot, isChecked: false) with { Host = HostName.Parse("zeeba"), After = [Plex] },
                ]),
            Start),
        new RolloutEvent.Opened(
            new(
                Id,
                RolloutAction.Rollout,
                [
                    new RingPlan("canary", RingRule.Default, [Plan()]),
                    new RingPlan(
                        "rest",
                        new()
                        {
                            Soak = TimeSpan.FromHours(24),
                            Parallel = 3,
                            MaxFailed = 1,
                            MaxAbsent = 5,
                            Window = ChangeWindow.TryParse("Sun,Sat 22:00-05:00"),
                            NeedsApproval = true,
                        },
                        [Plan() with { Host = HostName.Parse("zeeba") }]),
                ])
            {
                Groups = [new("etcd", 1, [Plex, HostName.Parse("zeeba")])],
                Source = new(Plex, Commit, Revision.Parse("89abcdef0123456789abcdef0123456789abcdef")),
            },
            Start),
        new RolloutEvent.RingApproved("rest", Start),
        new RolloutEvent.RingApproved("rest", Start) { By = "ada@example.org", Proof = Commit },
        new RolloutEvent.RingOpened("rest", Commit, Start),
        new RolloutEvent.RingOpened("canary", null, Start),
        new RolloutEvent.Held(Plex, "its disk is failing", Start),
        new RolloutEvent.Held(Plex, null, Start),
        new RolloutEvent.Retried(Plex, Start),
        new RolloutEvent.Approved(Start.AddSeconds(1.5)),
        new RolloutEvent.Approved(Start) { By = "ada@ctl" },
        new RolloutEvent.Began(Plex, Step.Check, Start),
        new RolloutEvent.Ended(
            Plex,
            Step.Check,
            new()
            {
                Facts = Facts(New, Old, Id) with
                {
                    IsSwitching = true, IsInhibited = true, Fired = "x", FailedUnits = ["a.service"],
                    Reboot = "linux 6.12.4", Generation = 7,
                },
                Note = "what it said: \"ü\"\n",
                ExitCode = 4,
                IsWrongMachine = true,
                IsDeferred = true,
                Verdict = Verdict.Unclear,
                Gates = [new("units", Verdict.Pass, ""), new("web", Verdict.Fail, "status 500")],
            },
            Start),
        new RolloutEvent.Ended(Plex, Step.Probe, new(), Start),
        new RolloutEvent.Decided(Plex, Verdict.Fail, Start),
        new RolloutEvent.Restored(Plex, Start),
        new RolloutEvent.Stopped("interrupted", Start),
        new RolloutEvent.Resumed(false, Start),
    ];

    readonly TempFolder _folder = new();

    string Path => _folder["x.journal"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_appended_is_read()
    {
        Write(Events);

        var read = Journal.Read(Path);

        Assert.Equal(Events.Select(RolloutJson.Write), read.Select(RolloutJson.Write));
        Assert.Equal(Events.Select(happened => happened.GetType()), read.Select(happened => happened.GetType()));
        var facts = read.OfType<RolloutEvent.Ended>().First().Result.Facts!;
        Assert.Equal(
            (New, Old, Id, "x", 7, true), (facts.Running, facts.Next, facts.Trial, facts.Fired, facts.Generation, facts.IsSwitching));
        Assert.Null(read.OfType<RolloutEvent.Ended>().Last().Result.Facts);
    }

    [Fact]
    public void Each_event_is_one_of_the_schema() =>
        Assert.All(Events.Select(RolloutJson.Write), line => JsonSchemas.Check("tick", $"{line}\n"));

    [Fact]
    public void Of_a_journal_that_is_torn_at_any_byte_the_whole_lines_count()
    {
        Write(Events);
        var whole = File.ReadAllBytes(Path);
        string[] written = [.. Events.Select(RolloutJson.Write)];
        for (var length = 0; length < whole.Length; length++)
        {
            var (lines, _, end) = Journal.Lines(whole.AsSpan(0, length), Path);

            Assert.Equal(whole.AsSpan(0, length).LastIndexOf((byte)'\n') + 1, end);
            Assert.Equal(written.Take(lines.Count), lines);
        }
    }

    [Fact]
    public void A_torn_journal_opens_and_goes_on()
    {
        Write(Events);
        var whole = File.ReadAllBytes(Path);
        // Each line is torn after its first byte, in its middle, before its end, and not at all.
        var starts = whole.Index().Where(each => each.Item == '\n').Select(each => each.Index + 1).Prepend(0).ToList();
        var cuts = starts.Zip(starts.Skip(1), (start, end) => new[] { start, start + 1, (start + end) / 2, end - 1 });
        foreach (var length in cuts.SelectMany(cut => cut))
        {
            File.WriteAllBytes(Path, whole[..length]);
            var lines = whole.AsSpan(0, length).Count((byte)'\n');

            using (var journal = Journal.Open(Path))
                journal.Append(Events[^1]);

            Assert.Equal(
                [.. Events.Take(lines).Select(RolloutJson.Write), RolloutJson.Write(Events[^1])],
                Journal.Read(Path).Select(RolloutJson.Write));
        }
    }

    [Fact]
    public void A_bit_that_flipped_is_an_error_that_names_the_line()
    {
        Write(Events);
        var whole = File.ReadAllBytes(Path);
        var end = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;
        for (var at = 0; at < end; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 1;
            var line = whole.AsSpan(0, at).Count((byte)'\n') + 1;

            var error = Assert.Throws<RolloutException>(() => Journal.Lines(damaged, Path));

            // An altered line end joins two lines.
            Assert.Contains($"line {line} ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_journal_that_was_altered_is_not_opened_and_stays_as_it_is()
    {
        Write(Events);
        var altered = File.ReadAllBytes(Path);
        altered[20] ^= 1;
        File.WriteAllBytes(Path, altered);

        Assert.Throws<RolloutException>(() => Journal.Open(Path));
        Assert.Equal(altered, File.ReadAllBytes(Path));
    }

    [Fact]
    public void Text_that_is_no_event_is_of_another_release()
    {
        string[] lines =
        [
            "{}", "[]", "x", """{"at":"2026-11-29T00:00:00Z","event":"sung"}""", """{"at":"then","event":"resumed","checked":true}""",
            """{"at":null,"event":"resumed","checked":true}""", """{"at":"9999-12-31T23:59:59Z","event":"resumed","checked":true}""",
            """{"at":"2026-11-29T00:00:00Z","event":"ringApproved","ring":null}""",
            """{"at":"2026-11-29T00:00:00Z","event":"ringApproved","ring":"rest","proof":null}""",
            """{"at":"2026-11-29T00:00:00Z","event":"held","host":null}""",
            """{"at":"2026-11-29T00:00:00Z","event":"stopped","why":null}""",
        ];
        foreach (var line in lines)
            Assert.Contains(
                "another version of hostlock",
                Assert.Throws<RolloutException>(() => RolloutJson.Read(line, "x", 1)).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"soak\":[0-9]+", "\"soak\":9223372036854775807")]
    [InlineData("\"trial\":[0-9]+", "\"trial\":-1")]
    [InlineData("\"hosts\":\\[(\\{[^}]*\\})", "\"hosts\":[$1,$1")]
    [InlineData("\"rings\":\\[.*\\],\"groups\"", "\"rings\":[],\"groups\"")]
    public void A_plan_that_no_hostlock_makes_is_none(string before, string after)
    {
        var line = RolloutJson.Write(Events[0]);
        var altered = new Regex(before).Replace(line, after, 1);

        Assert.NotEqual(line, altered);
        Assert.Throws<RolloutException>(() => RolloutJson.Read(altered, "x", 1));
    }

    [Fact]
    public void Each_kind_of_event_is_shown_here() =>
        Assert.Equal(
            typeof(RolloutEvent).GetNestedTypes().Select(type => type.Name).Order(StringComparer.Ordinal),
            Events.Select(happened => happened.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    void Write(IEnumerable<RolloutEvent> events)
    {
        using var journal = Journal.Open(Path);
        foreach (var happened in events)
            journal.Append(happened);
        Assert.EndsWith("\n", Encoding.UTF8.GetString(File.ReadAllBytes(Path)), StringComparison.Ordinal);
    }
}
