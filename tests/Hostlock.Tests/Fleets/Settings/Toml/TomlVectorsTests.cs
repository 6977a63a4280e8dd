using Hostlock.Tests.Support;

namespace Hostlock.Tests.Fleets.Settings.Toml;

/// <summary>The published vectors for TOML 1.0: each valid text is read as it says, or refused for a reason that is known; each invalid one
/// is refused.</summary>
public class TomlVectorsTests
{
    // The parts of TOML that hostlock.toml may not have, each with the texts that have them.
    static readonly (string Message, Func<TomlVector, bool> Has)[] Refused =
    [
        ("dates are not allowed in this file", vector => vector.Has("datetime", "datetime-local", "date-local", "time-local")),
        ("arrays of tables are not allowed in this file", vector => vector.Text!.Contains("[[", StringComparison.Ordinal)),
        (
            "Nix cannot read a text with a null character",
            vector =>
                vector.Text!.Contains("\\u0000", StringComparison.Ordinal)
                    || vector.Text.Contains("\\U00000000", StringComparison.Ordinal)),
    ];

    public static TheoryData<string> Groups => [.. TomlVector.All().Select(vector => vector.Group).Distinct()];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Each_vector_is_read_as_it_says(string group)
    {
        var wrong = TomlVector.All()
            .Where(vector => vector.Group == group)
            .Select(vector => (vector.Name, Wrong: Wrong(vector)))
            .Where(vector => vector.Wrong is not null);

        Assert.Empty(wrong.Select(vector => $"{vector.Name}: {vector.Wrong}"));
    }

    [Fact]
    public void Each_reason_to_refuse_a_valid_text_is_met()
    {
        var valid = TomlVector.All().Where(vector => vector.Value is not null).ToList();

        Assert.All(Refused, reason => Assert.Contains(valid, vector => IsRefusedFor(vector, reason)));
    }

    static bool IsRefusedFor(TomlVector vector, (string Message, Func<TomlVector, bool> Has) reason) =>
        reason.Has(vector) && vector.Read().Error?.StartsWith(reason.Message, StringComparison.Ordinal) == true;

    // Null if all is well.
    static string? Wrong(TomlVector vector) => (vector.Value, vector.Read()) switch
    {
        (null, (_, not null)) => null,
        (null, _) => "it is taken",
        ({ } said, ({ } table, _)) => TomlVector.IsSaidBy(said, table) ? null : "it is read as something else",
        (_, (_, var error)) => Refused.Any(reason => IsRefusedFor(vector, reason)) ? null : $"it is refused: {error}",
    };
}
