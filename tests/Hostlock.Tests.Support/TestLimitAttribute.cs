using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Xunit.v3;

namespace Hostlock.Tests.Support;

/// <summary>
/// Gives each test of an assembly a limit. A test that takes longer is cancelled, which ends the programs it runs, and fails by its name.
/// One that does not end then either ends the whole run, and its name is the last that is said. <c>HOSTLOCK_PATIENCE</c> is a factor for
/// all limits, for runs that are asked to try more than usual, or that others go before.
/// </summary>
/// <param name="seconds">How long a test may take. It is far more than any takes on a busy machine, so that only what hangs meets
/// it.</param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class TestLimitAttribute(int seconds) : BeforeAfterTestAttribute
{
    const int SecondsToEnd = 60;

    static readonly int Patience =
        int.TryParse(Environment.GetEnvironmentVariable("HOSTLOCK_PATIENCE"), CultureInfo.InvariantCulture, out var asked) ? asked : 1;

    readonly ConcurrentDictionary<string, Watch> _watches = [];

    /// <summary>The longest time that a test may take, in seconds.</summary>
    public int Seconds => seconds;

    public override void Before(MethodInfo methodUnderTest, IXunitTest test) =>
        _watches[test.UniqueID] = new(test.TestDisplayName, TestContext.Current, TimeSpan.FromSeconds(Patience * seconds));

    /// <exception cref="TimeoutException">The test took longer than it may.</exception>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (!_watches.TryRemove(test.UniqueID, out var watch))
            return;
        watch.Dispose();
        if (watch.IsOver)
            throw new TimeoutException($"{test.TestDisplayName} took more than {Patience * seconds} seconds");
    }

    sealed class Watch : IDisposable
    {
        readonly string _name;
        readonly ITestContext _context;
        readonly Timer _timer;
        volatile bool _isOver;

        public Watch(string name, ITestContext context, TimeSpan limit)
        {
            (_name, _context) = (name, context);
            _timer = new(_ => Ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(limit, TimeSpan.FromSeconds(SecondsToEnd));
        }

        public bool IsOver => _isOver;

        public void Dispose() => _timer.Dispose();

        void Ring()
        {
            if (_isOver)
            {
                Console.Error.WriteLine($"test: {_name} hangs, and cannot be cancelled");
                Environment.Exit(3);
            }
            _isOver = true;
            _context.CancelCurrentTest();
        }
    }
}
