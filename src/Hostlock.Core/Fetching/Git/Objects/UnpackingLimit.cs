namespace Hostlock.Fetching.Git.Objects;

/// <summary>The limit of what is unpacked for one caller. git does more of it faster, because it remembers more; and a pack of a few bytes
/// may be made to ask for any amount.</summary>
sealed class UnpackingLimit
{
    long _left = 16 * 1024 * 1024;

    /// <summary>Takes a part; false if so much is not left. Then nothing is.</summary>
    /// <param name="bytes">The bytes that are unpacked.</param>
    public bool TryTake(long bytes)
    {
        _left = bytes <= _left ? _left - bytes : -1;
        return _left >= 0;
    }
}
