using System.Security.Cryptography;

namespace Hostlock.Locks;

/// <summary>The identity of a lock: SHA-256 of the bytes Nix would write for it, as 64 hexadecimal digits.</summary>
public readonly record struct LockDigest(string Hex)
{
    public static LockDigest Of(LockFile file) => new(Convert.ToHexStringLower(SHA256.HashData(LockFileWriter.Write(file))));

    public override string ToString() => Hex;
}
