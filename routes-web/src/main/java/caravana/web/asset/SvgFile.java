package caravana.web.asset;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Parses an SVG file without drawing it, and refuses everything that could load something from outside the file: links,
 * references, scripts, external style sheets and entities. A tool of the worker draws accepted files.
 */
final class SvgFile {

    /**
     * The largest ratio of the two sides. The picture is drawn 1,024 pixels wide; with a larger ratio it would be
     * higher than a picture may be, or have no height.
     */
    private static final int FLATTEST = 16;

    private static final String SVG = "http://www.w3.org/2000/svg";
    private static final String HTML = "http://www.w3.org/1999/xhtml";

    /** The deepest nesting of elements; the next constant is the most elements in total. */
    private static final int DEEPEST = 64;

    private static final int MOST_ELEMENTS = 20_000;

    private static final Set<String> SCRIPTS = Set.of("script", "handler", "listener", "set");
    private static final Set<String> FOREIGN = Set.of(
            "foreignobject",
            "image",
            "feimage",
            "iframe",
            "video",
            "audio",
            "object",
            "embed",
            "link",
            "canvas",
            "html");

    /** The default width of a picture without a size, as in browsers. */
    private static final double WIDE = 300;

    private static final double HIGH = 150;

    private static final Pattern LENGTH =
            Pattern.compile("\\s*([0-9]{1,9}(?:\\.[0-9]{1,9})?)\\s*(px|pt|pc|mm|cm|in|em|ex)?\\s*");
    private static final Pattern URL = Pattern.compile(
            "url\\s*\\(\\s*['\"]?\\s*([^#'\"\\s])|image-set\\s*\\(|\\bsrc\\s*\\(", Pattern.CASE_INSENSITIVE);

    private SvgFile() {}

    /**
     * Reads the size of the picture, or of its view box if it has no size.
     *
     * @throws IOException when the file is not an SVG, or has forbidden content; the message is the end of a
     *     sentence
     */
    static PictureSize read(byte[] file) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        try {
            return read(factory.createXMLStreamReader(new ByteArrayInputStream(file)));
        } catch (XMLStreamException e) {
            throw new IOException("it is not well-formed XML", e);
        }
    }

    private static PictureSize read(XMLStreamReader in) throws XMLStreamException, IOException {
        PictureSize size = null;
        int depth = 0;
        int elements = 0;
        StringBuilder style = new StringBuilder();
        boolean inStyle = false;
        while (in.hasNext()) {
            switch (in.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    require(++depth <= DEEPEST && ++elements <= MOST_ELEMENTS, "it has too many elements");
                    if (size == null) {
                        require(
                                in.getLocalName().equals("svg") && SVG.equals(in.getNamespaceURI()),
                                "its root is not an svg element");
                        size = size(in);
                    }
                    require(!inStyle, "a style of it has an element");
                    element(in);
                    inStyle = in.getLocalName().equalsIgnoreCase("style");
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    depth--;
                    inStyle = false;
                    // Each text is checked separately: a comment does not continue in the next one.
                    styles(style.toString());
                    style.setLength(0);
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                    if (inStyle) {
                        style.append(in.getText());
                    }
                }
                case XMLStreamConstants.DTD,
                        XMLStreamConstants.ENTITY_REFERENCE,
                        XMLStreamConstants.ENTITY_DECLARATION ->
                    throw new IOException("it has a document type or an entity");
                case XMLStreamConstants.PROCESSING_INSTRUCTION ->
                    throw new IOException("it has a processing instruction, such as a style sheet's");
                default -> {
                    // Comments and the end are harmless.
                }
            }
        }
        require(size != null, "it has no element");
        return size;
    }

    /** @throws IOException as {@link #read} */
    static void requireShape(PictureSize size) throws IOException {
        require(
                Math.max(size.width(), size.height()) <= FLATTEST * Math.min(size.width(), size.height()),
                "one of its sides is more than " + FLATTEST + " times as long as the other");
    }

    private static void element(XMLStreamReader in) throws IOException {
        String name = in.getLocalName().toLowerCase(Locale.ROOT);
        require(!SCRIPTS.contains(name), "it has a script or something that runs one: " + name);
        require(!name.equals("a"), "it has a link");
        require(!HTML.equals(in.getNamespaceURI()), "it has an element of HTML: " + name);
        require(!FOREIGN.contains(name), "it has something that is not drawn in it: " + name);
        for (int i = 0; i < in.getAttributeCount(); i++) {
            String attribute = in.getAttributeLocalName(i).toLowerCase(Locale.ROOT);
            String value = in.getAttributeValue(i);
            require(!attribute.startsWith("on"), "it has a script: " + attribute);
            require(
                    !attribute.equals("attributename")
                            || !value.toLowerCase(Locale.ROOT).contains("href"),
                    "it has something that changes a reference: " + name);
            boolean refers = attribute.equals("href") || attribute.equals("src") || attribute.equals("base");
            require(!refers || value.strip().startsWith("#"), "it refers to something outside the file: " + attribute);
            require(!URL.matcher(value).find(), "it refers to something outside the file: " + attribute);
            if (attribute.equals("style")) {
                styles(value);
            }
        }
    }

    private static void styles(String style) throws IOException {
        // An escape could hide one of the words.
        require(style.indexOf('\\') < 0, "its styles have a backslash");
        String plain = style.toLowerCase(Locale.ROOT).replaceAll("(?s)/\\*.*?\\*/", "");
        require(!plain.contains("@import"), "its styles import other files");
        require(!URL.matcher(plain).find(), "its styles refer to something outside the file");
    }

    private static PictureSize size(XMLStreamReader in) throws IOException {
        double[] box = box(in.getAttributeValue(null, "viewBox"));
        double wide = length(in.getAttributeValue(null, "width"));
        double high = length(in.getAttributeValue(null, "height"));
        double shape = box == null ? WIDE / HIGH : box[0] / box[1];
        if (wide == 0 && high == 0) {
            wide = box == null ? WIDE : box[0];
            high = box == null ? HIGH : box[1];
        } else if (high == 0) {
            high = wide / shape;
        } else if (wide == 0) {
            wide = high * shape;
        }
        require(Math.min(wide, high) >= 1, "it is less than a pixel wide or high");
        return new PictureSize(rounded(wide), rounded(high));
    }

    private static int rounded(double pixels) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.round(pixels)));
    }

    /** Returns a length in pixels; 0 when there is none, or it is a percentage. */
    private static double length(String text) throws IOException {
        if (text == null || text.strip().endsWith("%") || text.strip().equals("auto")) {
            return 0;
        }
        Matcher length = LENGTH.matcher(text);
        require(length.matches(), "its width or height is not a length");
        double unit =
                switch (length.group(2) == null ? "px" : length.group(2)) {
                    case "pt" -> 96 / 72.0;
                    case "pc", "em" -> 16;
                    case "ex" -> 8;
                    case "mm" -> 96 / 25.4;
                    case "cm" -> 96 / 2.54;
                    case "in" -> 96;
                    default -> 1;
                };
        double pixels = Double.parseDouble(length.group(1)) * unit;
        require(pixels > 0, "its width or height is 0");
        return pixels;
    }

    private static double[] box(String text) throws IOException {
        if (text == null) {
            return null;
        }
        String[] numbers = text.strip().split("[\\s,]+");
        try {
            require(numbers.length == 4, "its viewBox does not consist of four numbers");
            double wide = Double.parseDouble(numbers[2]);
            double high = Double.parseDouble(numbers[3]);
            require(wide > 0 && high > 0 && Double.isFinite(wide) && Double.isFinite(high), "its viewBox is empty");
            return new double[] {wide, high};
        } catch (NumberFormatException e) {
            throw new IOException("its viewBox does not consist of four numbers", e);
        }
    }

    private static void require(boolean met, String otherwise) throws IOException {
        if (!met) {
            throw new IOException(otherwise);
        }
    }
}
