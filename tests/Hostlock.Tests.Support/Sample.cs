using System.Globalization;

namespace Hostlock.Tests.Support;

/// <summary>
/// Which of many like cases are tried. The usual run tries some of each kind, chosen by <c>HOSTLOCK_SEED</c>, and one with
/// <c>HOSTLOCK_BREAKS=all</c> tries all of them.
/// </summary>
public static class Sample
{
    /// <summary>The value of <c>HOSTLOCK_BREAKS</c>; null if it is not set.</summary>
    public static string? Asked { get; } = Environment.GetEnvironmentVariable("HOSTLOCK_BREAKS");

    /// <summary>True if all cases are tried.</summary>
    public static bool IsWhole { get; } = Asked == "all";

    /// <summary>The number that the choice comes from; 1 if <c>HOSTLOCK_SEED</c> is not set.</summary>
    public static int Seed { get; } = Number("HOSTLOCK_SEED", 1);

    /// <summary>True if a case is tried.</summary>
    /// <param name="number">The number of the case, from 0.</param>
    /// <param name="share">The usual run tries one case of so many.</param>
    public static bool Has(int number, int share) => IsWhole || (number + Seed - 1) % share == 0;

    /// <summary>A number out of the environment.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="otherwise">The number if it is not set, or no number.</param>
    public static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
