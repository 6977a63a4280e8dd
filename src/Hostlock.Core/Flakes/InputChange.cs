namespace Hostlock.Flakes;

/// <summary>A change of the inputs that a flake.nix declares.</summary>
public abstract record InputChange
{
    InputChange()
    {
    }

    /// <summary>Declares an input that is not declared yet.</summary>
    /// <param name="Name">The name of the input.</param>
    /// <param name="Url">Its reference, as <c>url</c> has it.</param>
    /// <param name="IsFlake">False for <c>flake = false</c>.</param>
    public sealed record Add(string Name, string Url, bool IsFlake) : InputChange;

    /// <summary>Takes an input out.</summary>
    /// <param name="Name">The name of the input.</param>
    public sealed record Remove(string Name) : InputChange;

    /// <summary>Gives an input another reference.</summary>
    /// <param name="Name">The name of the input.</param>
    /// <param name="Url">The reference, as <c>url</c> has it.</param>
    public sealed record Refer(string Name, string Url) : InputChange;

    /// <summary>Has an input, or an input of an input, follow another.</summary>
    /// <param name="Input">The input that follows.</param>
    /// <param name="Target">The input that is followed; the root for none, with which Nix leaves the input out.</param>
    public sealed record Follow(InputPath Input, InputPath Target) : InputChange;

    /// <summary>The input that the change is about. Nothing else may change.</summary>
    public InputPath Path => this switch
    {
        Add(var name, _, _) => InputPath.Of(name),
        Remove(var name) => InputPath.Of(name),
        Refer(var name, _) => InputPath.Of(name),
        Follow(var input, _) => input,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
