using System.Buffers.Binary;
using System.Text.Json;

namespace NumCnn;

/// <summary>Files in the .safetensors format.</summary>
public static class SafetensorsFile
{
    private const int Alignment = 8;

    /// <summary>Reads all tensors.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors in the order of the header.</returns>
    /// <exception cref="WeightFileException">The file is damaged.</exception>
    public static IReadOnlyList<StoredTensor> Read(string path) => TensorArchive.ReadAll(path, isZip: false);

    /// <summary>Writes tensors. An old file of that name is replaced in one step, or stays whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors; their names differ.</param>
    public static void Write(string path, IEnumerable<StoredTensor> tensors)
    {
        // Wide types first, as the reference implementation does: so every tensor is aligned to its elements.
        StoredTensor[] ordered = [.. tensors.OrderByDescending(static tensor => tensor.Type.Size()).ThenBy(static tensor => tensor.Name, StringComparer.Ordinal)];
        byte[] header = Header(ordered);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (StoredTensor tensor in ordered)
            {
                stream.Write(tensor.Data);
            }
        });
    }

    private static byte[] Header(StoredTensor[] tensors)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            long offset = 0;
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            foreach (StoredTensor tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.SafetensorsName());
                json.WriteStartArray("shape");
                foreach (int size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Data.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (memory.Length % Alignment != 0)
        {
            memory.WriteByte((byte)' ');
        }

        return memory.ToArray();
    }
}
