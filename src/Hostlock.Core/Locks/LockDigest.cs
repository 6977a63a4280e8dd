namespace Hostlock.Locks;

/// <summary>The identity of a lock: SHA-256 of the bytes Nix would write for it, as 64 hexadecimal digits.</summary>
/// <param name="Hex">The digits, in small letters.</param>
public sealed record LockDigest(string Hex)
{
    /// <summary>Makes the digest of a lock.</summary>
    /// <param name="file">The lock.</param>
    public static LockDigest Of(LockFile file) => new(ByteDigest.Sha256Hex(LockFileWriter.Write(file)));

    /// <summary>The 64 hexadecimal digits.</summary>
    public override string ToString() => Hex;
}
