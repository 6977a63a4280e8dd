using System.Security.Cryptography;

namespace Hostlock.Platform;

/// <summary>
/// A mark in the environment of a program, by which everything that it started is found again, even if a process has left its parent and
/// its session.
/// </summary>
sealed class ProcessMark
{
    /// <summary>The variable that has the mark.</summary>
    public const string Variable = "HOSTLOCK_GATE";

    // A program that starts new processes faster than we end them is given up.
    const int MostRounds = 100;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    ProcessMark(string value) => Value = value;

    /// <summary>The mark.</summary>
    public string Value { get; }

    /// <summary>Makes a unique mark.</summary>
    public static ProcessMark New() => new(RandomNumberGenerator.GetHexString(32, lowercase: true));

    /// <summary>Kills the processes that have the mark or are of the session of the program.</summary>
    /// <param name="session">The number of the program.</param>
    public void End(int session)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var left = ProcessTree.OfSession(session, $"{Variable}={Value}");
            if (!left.IsEmpty)
                left.End();
            else if (left.MayLackSome)
                Thread.Sleep(Pause);
            else
                return;
        }
    }
}
