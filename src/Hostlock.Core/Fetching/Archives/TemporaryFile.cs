using Hostlock.Platform;

namespace Hostlock.Fetching.Archives;

/// <summary>Temporary files, which vanish when they are closed, however the program ends.</summary>
static class TemporaryFile
{
    /// <summary>Makes an empty file.</summary>
    /// <param name="folder">The folder of the file; it is made if it does not exist.</param>
    /// <exception cref="FetchException">The file cannot be made.</exception>
    public static FileStream Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var file = new FileStream(
                Path.Combine(folder, $"{UniqueName.Next()}.tmp"),
                FileMode.CreateNew,
                FileAccess.ReadWrite,
                FileShare.None,
                256 * 1024,
                FileOptions.DeleteOnClose);
            // The file loses its name at once, so that a run that is killed leaves nothing behind.
            File.Delete(file.Name);
            return file;
        }
        catch (Exception why) when (why is IOException or UnauthorizedAccessException)
        {
            throw FetchException.NoTemporaryFile(folder, why);
        }
    }

    /// <summary>Copies a stream to a temporary file, and goes back to its beginning.</summary>
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
