namespace Hostlock.Tests.House;
public class SmokeTests { [Fact] public void Utf8() => Assert.True(Utf8Order.Instance.Compare("a", "b") < 0); }
