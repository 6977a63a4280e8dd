using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Hostlock.Conformance.Support;

namespace Hostlock.Conformance.Cli;

/// <summary>
/// The collector stops a thread by another return address on its stack. In a method that ends by a jump to its own start, runtime 10.0
/// takes the wrong place for the return address, and the program dies now and then. See <c>TailCallOpt</c> in Hostlock.Cli.csproj.
/// </summary>
public class TailCallsTests
{
    const uint HeaderOfFrames = 0x6474e550, Loaded = 1;
    // The compiler writes the start of a method in four bytes, wherever it is. A short jump would be found in the middle of other
    // instructions too: some methods have such bytes by chance.
    const int LongJump = 0xE9, Pop = 0x58, PopMask = 0xF8;

    [Fact]
    public void No_method_of_the_program_ends_by_a_jump_to_its_own_start()
    {
        Assert.SkipUnless(RuntimeInformation.OSArchitecture == Architecture.X64, "the code is another one on this processor");
        var program = File.ReadAllBytes(HostlockProgram.Path);

        var starts = Starts(program, out var codeAt);

        Assert.True(starts.Length > 10_000, $"{starts.Length} methods");
        var jumping = starts.Zip(starts.Skip(1)).Where(method => JumpsToItself(program, codeAt, method.First, method.Second));
        Assert.Equal("", string.Join(" ", jumping.Select(method => $"{method.First:x}")));
    }

    static bool JumpsToItself(byte[] program, long codeAt, long start, long end)
    {
        for (var at = start + 1; at < end; at++)
        {
            var code = program.AsSpan((int)(at - codeAt));
            if ((program[at - 1 - codeAt] & PopMask) != Pop || code.Length < 5)
                continue;
            if (code[0] == LongJump && at + 5 + BinaryPrimitives.ReadInt32LittleEndian(code[1..]) == start)
                return true;
        }
        return false;
    }

    // The table by which a thread's stack is walked has the start of each method, in order (Linux Standard Base 5.0, 10.6.2).
    static long[] Starts(ReadOnlySpan<byte> program, out long codeAt)
    {
        Assert.Equal("\u007fELF", Encoding.Latin1.GetString(program[..4]));
        var headers = (int)BinaryPrimitives.ReadUInt64LittleEndian(program[32..]);
        var size = BinaryPrimitives.ReadUInt16LittleEndian(program[54..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(program[56..]);
        long table = 0, tableAt = 0;
        codeAt = 0;
        for (var i = 0; i < count; i++)
        {
            var header = program[(headers + (i * size))..];
            var (type, flags) = (BinaryPrimitives.ReadUInt32LittleEndian(header), BinaryPrimitives.ReadUInt32LittleEndian(header[4..]));
            var offset = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
            var address = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
            if (type == HeaderOfFrames)
                (table, tableAt) = (offset, address);
            else if (type == Loaded && (flags & 1) != 0)
                codeAt = address - offset;
        }
        var frames = program[(int)table..];
        var starts = new long[BinaryPrimitives.ReadInt32LittleEndian(frames[8..])];
        for (var i = 0; i < starts.Length; i++)
            starts[i] = tableAt + BinaryPrimitives.ReadInt32LittleEndian(frames[(12 + (i * 8))..]);
        return starts;
    }
}
