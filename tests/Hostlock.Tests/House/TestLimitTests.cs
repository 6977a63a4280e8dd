using System.Reflection;
using Hostlock.Tests.Support;
using Xunit.v3;

namespace Hostlock.Tests.House;

[Trait("part", "programs")]
public class TestLimitTests
{
    [Fact]
    public void Every_test_has_a_limit() =>
        Assert.InRange(typeof(TestLimitTests).Assembly.GetCustomAttribute<TestLimitAttribute>()!.Seconds, 1, 600);

    [Fact]
    public void A_test_that_takes_too_long_is_cancelled_and_fails_by_its_name()
    {
        var test = (IXunitTest)TestContext.Current.Test!;
        var method = (MethodInfo)MethodBase.GetCurrentMethod()!;
        var limit = new TestLimitAttribute(0);

        limit.Before(method, test);
        // The program ends only because it is ended.
        Assert.Throws<OperationCanceledException>(() => Run.Program("sleep", "/", TestGit.Variables, "1000"));

        var error = Assert.Throws<TimeoutException>(() => limit.After(method, test));
        Assert.Contains(nameof(A_test_that_takes_too_long_is_cancelled_and_fails_by_its_name), error.Message, StringComparison.Ordinal);
    }
}
