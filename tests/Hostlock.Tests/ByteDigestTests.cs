using System.Security.Cryptography;
using System.Text;
using CsCheck;

namespace Hostlock.Tests;

public class ByteDigestTests
{
    const string TwoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

    // FIPS 180-4 has no examples of its own any more; these are of the page of NIST that it names.
    [Theory]
    [InlineData("SHA256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("SHA256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("SHA256", TwoBlocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData("SHA1", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    [InlineData("SHA1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData("SHA1", TwoBlocks, "84983e441c3bd26ebaae4aa1f95129e5e54670f1")]
    public void The_examples_of_the_standard_have_their_digests(string name, string text, string digest) =>
        Assert.Equal(digest, Convert.ToHexStringLower(Digest(name, Encoding.UTF8.GetBytes(text), [], new(text.Length))));

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA1")]
    public void Our_code_and_the_library_agree_on_each_length_around_a_block(string name)
    {
        var bytes = Bytes(300);

        Assert.All(
            Enumerable.Range(0, bytes.Length),
            length => Assert.Equal(OfLibrary(name, bytes.AsSpan(0, length)), Digest(name, bytes.AsSpan(0, length), [], new(length))));
    }

    /// <summary>The share ends before, within or after the bytes, and a piece may be as long as the room for those that are held.</summary>
    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA1")]
    public void Bytes_have_the_digest_of_the_library_however_they_come(string name)
    {
        var bytes = Bytes(200_000);
        var piece = Gen.OneOf(Gen.Int[0, 70], Gen.Int[0, 70_000], Gen.Int[65_535, 65_537], Gen.Int[131_071, 131_073]);
        var share = Gen.OneOf(Gen.Long[0, 200_000], Gen.Long[65_535, 65_537], Gen.Const(long.MaxValue));
        Gen.Select(Gen.Int[0, bytes.Length], piece.Array[0, 20], share).Sample(
            (length, pieces, share) => Assert.Equal(
                OfLibrary(name, bytes.AsSpan(0, length)), Digest(name, bytes.AsSpan(0, length), pieces, new(share))),
            iter: 300);
    }

    [Fact]
    public void Our_code_hashes_no_more_than_its_share()
    {
        var share = new ByteDigest.OwnShare(100);

        Digest("SHA256", Bytes(60), [], share);
        Assert.True(share.Allows(40));
        Assert.False(share.Allows(41));
        Digest("SHA256", Bytes(41), [], share);
        Assert.False(share.Allows(1));
    }

    [Fact]
    public void Once_bytes_are_too_many_the_library_hashes_all_that_come_later()
    {
        var share = new ByteDigest.OwnShare(100_000);
        using var digest = new ByteDigest(ByteDigest.Kind.Sha256, share);

        digest.Append(Bytes(65_000));
        Assert.True(share.Allows(1));
        digest.Append(Bytes(135_000));
        Assert.False(share.Allows(1));
    }

    [Fact]
    public void A_text_is_hashed_as_its_bytes() =>
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("größer"u8)), ByteDigest.Sha256Hex("größer"));

    // The bytes come in pieces of the given lengths, and then the rest.
    static byte[] Digest(string name, ReadOnlySpan<byte> bytes, int[] pieces, ByteDigest.OwnShare share)
    {
        using var digest = new ByteDigest(name == "SHA1" ? ByteDigest.Kind.Sha1 : ByteDigest.Kind.Sha256, share);
        foreach (var piece in pieces)
        {
            var length = Math.Min(piece, bytes.Length);
            digest.Append(bytes[..length]);
            bytes = bytes[length..];
        }
        digest.Append(bytes);
        return digest.Finish();
    }

    static byte[] OfLibrary(string name, ReadOnlySpan<byte> bytes) => CryptographicOperations.HashData(new(name), bytes);

    static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }
}
