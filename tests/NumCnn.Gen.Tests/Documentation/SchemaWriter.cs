using System.Text.Json;
using System.Text.Json.Nodes;
using NumCnn.Gen.Layers;
using NumCnn.Gen.Spec;

namespace NumCnn.Gen.Tests.Documentation;

/// <summary>generator/schema/network.schema.json, from the option tables: what editors complete and check.</summary>
internal static class SchemaWriter
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write()
    {
        var definitions = new JsonObject
        {
            ["literal"] = new JsonObject
            {
                ["type"] = "array",
                ["minItems"] = 1,
                ["items"] = new JsonObject { ["anyOf"] = new JsonArray(Type("number"), Reference("literal")) },
            },
            ["init"] = Named(InitTables.All),
            ["layer"] = Layer(),
        };
        foreach (var layer in Catalogue.All)
        {
            definitions[layer.Kind] = Entry(layer);
        }

        var root = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "A network for NumCnn.Gen",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray(NetworkKeys.Input, NetworkKeys.Layers),
            ["properties"] = new JsonObject
            {
                [NetworkKeys.Name] = Described(Type("string"), "The class's name. Default: the file's name in PascalCase."),
                [NetworkKeys.Namespace] = Described(Type("string"), "The class's namespace. Default: the project's root namespace."),
                [NetworkKeys.Accessibility] = Described(Enum(NetworkKeys.AccessibilityWords), "Default: public."),
                [NetworkKeys.DType] = Described(Enum(NetworkKeys.DTypeWords), "The element type. Default: float32."),
                [NetworkKeys.Input] = Described(Shape(1), "[channels, rows, columns] or [features], without the batch."),
                [NetworkKeys.Seed] = Described(new JsonObject { ["type"] = "integer", ["minimum"] = 0 }, "Seed of the initial weights. Default: 0."),
                [NetworkKeys.Layers] = Described(
                    new JsonObject { ["type"] = "array", ["minItems"] = 1, ["maxItems"] = NetworkReader.LayerLimit, ["items"] = Reference("layer") },
                    "In order; each reads the one before it unless 'from' says otherwise."),
                [NetworkKeys.Loss] = Described(Named(LossTables.All), "What training makes small."),
                [NetworkKeys.Codegen] = Described(Options(CodegenTable.Table.Options), CodegenTable.Table.Summary),
            },
            ["definitions"] = definitions,
        };
        return root.ToJsonString(Format).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonObject Layer()
    {
        // A word suffices where nothing is required.
        var words = Catalogue.All.Where(layer => layer.Arity == Arity.One && !layer.Options.Any(option => option.Required)).Select(layer => layer.Kind);
        var properties = new JsonObject();
        foreach (var layer in Catalogue.All)
        {
            properties[layer.Kind] = Described(Reference(layer.Kind), layer.Summary);
        }

        var map = new JsonObject { ["type"] = "object", ["minProperties"] = 1, ["maxProperties"] = 1, ["additionalProperties"] = false, ["properties"] = properties };
        return AnyOf([Enum(words), map]);
    }

    private static JsonObject Entry(Layer layer)
    {
        var map = Options(layer.Options);
        var properties = map["properties"]!.AsObject();
        foreach (var key in CommonKeys.Of(layer))
        {
            properties[key] = Common(key);
        }

        if (layer.Parameters.HasFlag(LayerParameters.Bias) && properties["bias"] is JsonObject flag && (string?)flag["type"] == "boolean")
        {
            properties["bias"] = AnyOf([flag.DeepClone(), Reference("literal")]);
        }

        var forms = new List<JsonNode> { map };
        if (layer.Arity == Arity.Many)
        {
            properties[CommonKeys.From] = Names(2);
            forms.Add(Names(2));
        }
        else
        {
            forms.AddRange(Primary(layer.Options));
        }

        return AnyOf(forms);
    }

    private static JsonNode Common(string key) => key switch
    {
        CommonKeys.Name => Described(new JsonObject { ["type"] = "string", ["pattern"] = "^[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*$" }, "The layer's name: its member and the prefix of its parameters."),
        CommonKeys.From => Described(AnyOf([Type("string"), Names(1)]), "The layers to read instead of the previous one; 'input' is the network's input."),
        CommonKeys.Keep => Described(Type("boolean"), "Lets the layer's output be read. Default: false."),
        CommonKeys.Unroll => Described(Enum(CommonKeys.UnrollWords), "As codegen's unroll, for this layer."),
        CommonKeys.Frozen => Described(Type("boolean"), "Its parameters are not trained. Default: false."),
        CommonKeys.Init => Described(Reference("init"), "How the weight is drawn."),
        CommonKeys.Weight or CommonKeys.Bias => Reference("literal"),
        _ => throw new InvalidOperationException($"No schema for {key}."),
    };

    private static JsonObject Named(EquatableArray<OptionTable> tables)
    {
        var words = tables.Where(table => !table.Options.Any(option => option.Required)).Select(table => table.Kind);
        var properties = new JsonObject();
        foreach (var table in tables)
        {
            properties[table.Kind] = Described(AnyOf([Options(table.Options), .. Primary(table.Options)]), table.Summary);
        }

        var map = new JsonObject { ["type"] = "object", ["minProperties"] = 1, ["maxProperties"] = 1, ["additionalProperties"] = false, ["properties"] = properties };
        return AnyOf([Enum(words), map]);
    }

    /// <summary>The forms beside the map: nothing where nothing is required, and a lone value if only the first option is.</summary>
    private static IEnumerable<JsonNode> Primary(EquatableArray<Option> options)
    {
        if (!options.Any(option => option.Required))
        {
            yield return Type("null");
        }

        if (options.Length > 0 && !options.Skip(1).Any(option => option.Required))
        {
            yield return Value(options[0]);
        }
    }

    private static JsonObject Options(EquatableArray<Option> options)
    {
        var properties = new JsonObject();
        foreach (var option in options)
        {
            var standard = option switch { { Default: { } value } => $" Default: {value}.", { DefaultFrom: { } other } => $" Default: {other}.", _ => "" };
            properties[option.Name] = Described(Value(option), option.Doc + standard);
        }

        var map = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (options.Any(option => option.Required))
        {
            map["required"] = new JsonArray([.. options.Where(option => option.Required).Select(option => JsonValue.Create(option.Name))]);
        }

        return map;
    }

    private static JsonObject Value(Option option) => option.Type switch
    {
        OptionType.Integer => Bounded("integer", option),
        OptionType.Number => Bounded("number", option),
        OptionType.Flag => Type("boolean"),
        OptionType.Choice => Enum(option.Choices),
        OptionType.Pair => AnyOf([Bounded("integer", option), Tuple(option, 2)]),
        OptionType.Sides => AnyOf([Bounded("integer", option), Tuple(option, 2), Tuple(option, 4)]),
        OptionType.Padding => AnyOf([Bounded("integer", option), Tuple(option, 2), Tuple(option, 4), Enum(["same", "valid"])]),
        OptionType.Shape => Shape(-1),
        _ => throw new InvalidOperationException($"No schema for {option.Type}."),
    };

    private static JsonObject Bounded(string type, Option option)
    {
        var schema = Type(type);
        Add(schema, option.MinimumExcluded ? "exclusiveMinimum" : "minimum", option.Minimum);
        Add(schema, option.MaximumExcluded ? "exclusiveMaximum" : "maximum", option.Maximum);
        return schema;

        static void Add(JsonObject schema, string key, double bound)
        {
            if (double.IsFinite(bound))
            {
                schema[key] = bound == Math.Truncate(bound) ? (long)bound : bound;
            }
        }
    }

    private static JsonObject Tuple(Option option, int length)
        => new() { ["type"] = "array", ["minItems"] = length, ["maxItems"] = length, ["items"] = Bounded("integer", option) };

    private static JsonObject Shape(int minimum)
    {
        JsonObject Of(int length) => new()
        {
            ["type"] = "array",
            ["minItems"] = length,
            ["maxItems"] = length,
            ["items"] = new JsonObject { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = Option.CountLimit },
        };
        return AnyOf([Of(1), Of(3)]);
    }

    private static JsonObject Names(int minimum) => new() { ["type"] = "array", ["minItems"] = minimum, ["maxItems"] = LayerGraph.SourceLimit, ["items"] = Type("string") };

    private static JsonObject AnyOf(IReadOnlyList<JsonNode> forms) => forms.Count == 1 ? forms[0].AsObject() : new JsonObject { ["anyOf"] = new JsonArray([.. forms]) };

    private static JsonObject Enum(IEnumerable<string> words) => new() { ["enum"] = new JsonArray([.. words.Select(word => JsonValue.Create(word))]) };

    private static JsonObject Type(string type) => new() { ["type"] = type };

    private static JsonObject Reference(string name) => new() { ["$ref"] = "#/definitions/" + name };

    // Beside a $ref, draft 7 ignores other keys; editors show the text all the same if it stands in allOf's parent.
    private static JsonObject Described(JsonObject schema, string text)
    {
        if (schema.ContainsKey("$ref"))
        {
            schema = new JsonObject { ["allOf"] = new JsonArray(schema) };
        }

        schema["description"] = text;
        return schema;
    }
}
