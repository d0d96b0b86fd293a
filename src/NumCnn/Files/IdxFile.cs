using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;

namespace NumCnn;

/// <summary>Images of equal size, a byte a pixel.</summary>
/// <param name="Count">The number of images.</param>
/// <param name="Rows">Rows of an image.</param>
/// <param name="Columns">Columns of an image.</param>
/// <param name="Pixels">[images, rows, columns].</param>
public sealed record IdxImages(int Count, int Rows, int Columns, byte[] Pixels)
{
    /// <summary>The pixels on a scale from 0 to 1: each divided by 255, as torchvision's ToTensor does.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <returns>[images, rows, columns].</returns>
    public T[] ToUnitScale<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(Pixels, static pixel => T.CreateTruncating(pixel) / T.CreateTruncating(byte.MaxValue));
}

/// <summary>
/// The IDX files that MNIST and its relatives come in (http://yann.lecun.com/exdb/mnist), plain or compressed with gzip,
/// which is recognised by its content.
/// </summary>
public static class IdxFile
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads images: an IDX file of unsigned bytes in three dimensions.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The images.</returns>
    /// <exception cref="InvalidDataException">The file is something else, or its length is not what its header says.</exception>
    public static IdxImages ReadImages(string path)
    {
        (int[] sizes, byte[] data) = Read(path, rank: 3);
        return new IdxImages(sizes[0], sizes[1], sizes[2], data);
    }

    /// <summary>Reads labels: an IDX file of unsigned bytes in one dimension.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The labels.</returns>
    /// <exception cref="InvalidDataException">The file is something else, or its length is not what its header says.</exception>
    public static byte[] ReadLabels(string path) => Read(path, rank: 1).Data;

    /// <summary>Reads images with their labels, pixels on a scale from 0 to 1.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="imagesPath">The images' file.</param>
    /// <param name="labelsPath">The labels' file.</param>
    /// <returns>The data set, ready for a trainer.</returns>
    /// <exception cref="InvalidDataException">A file is damaged, or they hold different numbers of samples, or none.</exception>
    public static Dataset<T, int> ReadDataset<T>(string imagesPath, string labelsPath)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IdxImages images = ReadImages(imagesPath);
        byte[] labels = ReadLabels(labelsPath);
        if (images.Count != labels.Length || images.Count == 0)
        {
            throw new InvalidDataException($"{imagesPath} holds {images.Count} images, but {labelsPath} {labels.Length} labels.");
        }

        return new Dataset<T, int>(images.ToUnitScale<T>(), Array.ConvertAll(labels, static label => (int)label), images.Count);
    }

    private static (int[] Sizes, byte[] Data) Read(string path, int rank)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        bool isGzip = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using Stream stream = isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        try
        {
            return Read(stream, rank);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or IOException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static (int[] Sizes, byte[] Data) Read(Stream stream, int rank)
    {
        byte[] magic = Exactly(stream, 4);
        if (magic is not [0, 0, UnsignedByte, var dimensions] || dimensions != rank)
        {
            throw new FormatException($"the file starts with {Convert.ToHexString(magic)}; an IDX file of unsigned bytes in {rank} dimensions starts with 0000080{rank}.");
        }

        byte[] header = Exactly(stream, 4 * rank);
        int[] sizes = new int[rank];
        UInt128 length = 1;
        for (int d = 0; d < rank; d++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 * d));
            length *= size;
            sizes[d] = size <= int.MaxValue ? (int)size : throw new FormatException($"dimension {d} has size {size}.");
        }

        if (length > (uint)Array.MaxLength)
        {
            throw new FormatException($"the header claims {length} bytes; at most {Array.MaxLength} are read.");
        }

        byte[] data = ExactReader.Read(stream, (long)length) ?? throw new FormatException($"the header claims {length} bytes of data, but the file ends before.");
        return stream.ReadByte() < 0
            ? (sizes, data)
            : throw new FormatException($"data follow after the {length} bytes that the header claims.");
    }

    private static byte[] Exactly(Stream stream, int length) =>
        ExactReader.Read(stream, length) ?? throw new FormatException("the file ends in its header.");
}
