using System.Diagnostics;
using Hostlock.Cli;
using Hostlock.Platform;
using Hostlock.Tests.Support;

namespace Hostlock.Tests.Reporting.Pages;

/// <summary>The size of a page in bytes, and the programs that are started to make it.</summary>
[Trait("part", "programs")]
public sealed class PageSizeTests : IDisposable
{
    const int Commits = 300;

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(7)]
    [InlineData(60)]
    public Task A_page_stays_small_and_asks_git_a_fixed_number_of_times(int hosts) => StaysSmallAsync(hosts, 60_000);

    [Fact]
    [Trait("part", "whole")]
    public Task The_page_of_a_thousand_hosts_stays_small_too() => StaysSmallAsync(1000, 1_000_000);

    async Task StaysSmallAsync(int hosts, int most)
    {
        MadeUpFleet.Make(_folder.Path, hosts, Commits);
        var processes = new CountedProcesses();
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var surroundings = new Surroundings(
            output, errors, null, _folder.Path, new Dictionary<string, string> { ["HOME"] = _folder[".git"] },
            _ => throw new InvalidOperationException("no network is used"), processes, new FixedTime(), false, 80);
        var clock = Stopwatch.StartNew();

        var exit = await App.RunAsync(["report", "-o", ".git/page.html"], surroundings, TestContext.Current.CancellationToken);

        var (bytes, time) = (new FileInfo(_folder[".git/page.html"]).Length, clock.Elapsed);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{hosts} hosts: {bytes} bytes, {processes.Started} programs, {time.TotalSeconds:0.0} s");
        Assert.Equal((ExitCode.Done, "written: .git/page.html\n"), (exit, errors.ToString()));
        Assert.InRange(bytes, 1, most);
        Assert.InRange(processes.Started, 1, 8);
    }

    sealed class CountedProcesses : IProcessRunner
    {
        readonly ProcessRunner _real = new();

        public int Started { get; private set; }

        public Task<Finished> RunAsync(ProcessRequest request, CancellationToken cancellationToken)
        {
            Started++;
            return _real.RunAsync(request, cancellationToken);
        }

        public IRunningProcess Start(ProcessRequest request)
        {
            Started++;
            return _real.Start(request);
        }
    }

    sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => MadeUpFleet.Now;
    }
}
