using System.Collections.Immutable;

namespace Hostlock.Fleets;

/// <summary>A question that is put to a host after it was switched, as <c>[gates.NAME]</c> of hostlock.toml describes it.</summary>
/// <param name="Name">The name of the gate.</param>
/// <param name="Question">The question.</param>
/// <param name="On">The hosts and rings (<c>@RING</c>) that are asked; none means all hosts.</param>
/// <param name="Within">The longest time that the answer may take to become right.</param>
/// <param name="Passes">The number of right answers in a row that are needed.</param>
public sealed record Gate(string Name, GateQuestion Question, ImmutableArray<string> On, TimeSpan Within, int Passes)
{
    /// <summary>The usual time for an answer to become right.</summary>
    public static readonly TimeSpan UsualTime = TimeSpan.FromMinutes(1);

    /// <summary>The most right answers that may be needed.</summary>
    public const int MostPasses = 1000;

    /// <summary>True if a host is asked.</summary>
    /// <param name="host">The host.</param>
    public bool Asks(Host host) => On.IsEmpty || On.Any(word => word == host.Name.ToString() || word == $"@{host.Ring}");
}

/// <summary>
/// The question that a gate asks. In each of its texts, <c>{host}</c> stands for the name of the host, and <c>{target}</c> for the address
/// of its machine, without a user and a port.
/// </summary>
public abstract record GateQuestion
{
    GateQuestion()
    {
    }

    /// <summary>An address that answers with a status below 400. Redirections are not followed.</summary>
    public sealed record Http(string Address) : GateQuestion;

    /// <summary>A port that takes connections, <c>{target}:5432</c>.</summary>
    public sealed record Tcp(string Address) : GateQuestion;

    /// <summary>A program that runs here: 0 is right, 75 says nothing, and any other exit code is wrong.</summary>
    public sealed record Run(ImmutableArray<string> Words) : GateQuestion;

    /// <summary>The same on the machine of the host.</summary>
    public sealed record OnHost(ImmutableArray<string> Words) : GateQuestion;
}
