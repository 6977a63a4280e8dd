namespace Hostlock.Fetching.Archives;

/// <summary>Room on disk that is gone when it is closed, however the program ends.</summary>
static class TemporaryFile
{
    /// <param name="folder">Where it lies; made where it is not there.</param>
    public static FileStream Create(string folder)
    {
        Directory.CreateDirectory(folder);
        var file = new FileStream(
            Path.Combine(folder, $"{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 256 * 1024, FileOptions.DeleteOnClose);
        // Without a name nothing is left behind by a run that is killed.
        File.Delete(file.Name);
        return file;
    }

    /// <summary>A copy of a stream, to be read from its beginning.</summary>
    public static async Task<FileStream> OfAsync(Stream source, string folder, CancellationToken cancellationToken)
    {
        var copy = Create(folder);
        try
        {
            await source.CopyToAsync(copy, cancellationToken);
            copy.Position = 0;
            return copy;
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }
    }
}
