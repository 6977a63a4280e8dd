using Hostlock.Machines.Packages;

namespace Hostlock.Tests.Machines.Packages;

public class VersionOrderTests
{
    /// <summary>As builtins.compareVersions of Nix 2.34.8 says.</summary>
    [Theory]
    [InlineData("6.12.1", "6.12.4", -1)]
    [InlineData("6.9", "6.12", -1)]
    [InlineData("1.0", "1.0", 0)]
    [InlineData("1.0", "1-0", 0)]
    [InlineData("1.0", "1.0.0", -1)]
    [InlineData("2.3pre1", "2.3", -1)]
    [InlineData("2.3pre1", "2.3pre2", -1)]
    [InlineData("2.3a", "2.3.1", -1)]
    [InlineData("2.3", "2.3a", -1)]
    [InlineData("1.2-alpha", "1.2-beta", -1)]
    [InlineData("", "0", -1)]
    [InlineData("", "a", -1)]
    [InlineData("pre", "", -1)]
    [InlineData("9", "18446744073709551616", -1)]
    [InlineData("20260301", "9", 1)]
    public void Versions_are_in_the_order_of_Nix(string one, string other, int order)
    {
        Assert.Equal(order, VersionOrder.Instance.Compare(one, other));
        Assert.Equal(-order, VersionOrder.Instance.Compare(other, one));
    }
}
