using System.Reflection;
using Hostlock.Tests.Support;

namespace Hostlock.Conformance;

public class TestLimitTests
{
    [Fact]
    public void Every_test_has_a_limit() =>
        Assert.InRange(typeof(TestLimitTests).Assembly.GetCustomAttribute<TestLimitAttribute>()!.Seconds, 1, 600);
}
