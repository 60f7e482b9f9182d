package caravana.web.playback;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A DASH manifest (ISO/IEC 23009-1) for finished renditions. */
final class DashManifest {

    static final String MEDIA_TYPE = "application/dash+xml";

    /** Units of time per second. With microseconds, each segment begins at the exact frame. */
    private static final long TIMESCALE = 1_000_000;

    /** Divisor of the frame rates of film and NTSC television, such as 30,000/1,001. */
    private static final int BROADCAST = 1001;

    /** The bit rate of subtitles in the manifest, in bits per second; more than they need. */
    private static final String CAPTIONS_RATE = "1000";

    private final StringWriter text = new StringWriter();
    private final XMLStreamWriter xml;
    private final BiFunction<String, Object, String> addresses;

    private DashManifest(BiFunction<String, Object, String> addresses) throws XMLStreamException {
        this.addresses = addresses;
        xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
    }

    /**
     * Writes the manifest.
     *
     * @param renditions as {@code list-renditions.sql} returns them, each with the lengths of its segments; the
     *     first is the initialization segment
     * @param captions with their names and languages
     * @param addresses returns the address of a segment from the rendition's name and the segment's number, or from
     *     the manifest's placeholder for the number
     */
    static String of(JsonNode renditions, JsonNode captions, BiFunction<String, Object, String> addresses)
            throws XMLStreamException {
        DashManifest manifest = new DashManifest(addresses);
        manifest.write(renditions, captions);
        return manifest.text.toString();
    }

    private void write(JsonNode renditions, JsonNode captions) throws XMLStreamException {
        List<JsonNode> pictures = new ArrayList<>();
        List<JsonNode> sounds = new ArrayList<>();
        double longest = 0;
        for (JsonNode rendition : renditions) {
            (rendition.path("height").isNull() ? sounds : pictures).add(rendition);
            double whole = 0;
            for (JsonNode seconds : rendition.path("seconds")) {
                whole += seconds.asDouble();
            }
            longest = Math.max(longest, whole);
        }
        xml.writeStartDocument("UTF-8", "1.0");
        start("MPD", "xmlns", "urn:mpeg:dash:schema:mpd:2011", "profiles", "urn:mpeg:dash:profile:isoff-live:2011");
        attributes("type", "static", "minBufferTime", "PT4S");
        attributes("mediaPresentationDuration", String.format(Locale.ROOT, "PT%.3fS", longest));
        start("Period");
        media("video", pictures);
        media("audio", sounds);
        for (JsonNode each : captions) {
            captions(each);
        }
        xml.writeEndDocument();
        xml.flush();
    }

    private void media(String type, List<JsonNode> renditions) throws XMLStreamException {
        if (renditions.isEmpty()) {
            return;
        }
        start("AdaptationSet", "contentType", type, "mimeType", type + "/mp4");
        attributes("segmentAlignment", "true", "startWithSAP", "1");
        for (JsonNode rendition : renditions) {
            representation(rendition);
        }
        xml.writeEndElement();
    }

    private void captions(JsonNode captions) throws XMLStreamException {
        start("AdaptationSet", "contentType", "text", "mimeType", "text/vtt");
        if (captions.path("language").isTextual()) {
            attributes("lang", captions.path("language").asText());
        }
        String name = captions.path("name").asText();
        start("Representation", "id", name, "bandwidth", CAPTIONS_RATE);
        start("BaseURL");
        xml.writeCharacters(addresses.apply(name, 1));
        xml.writeEndElement();
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private void representation(JsonNode rendition) throws XMLStreamException {
        String name = rendition.path("name").asText();
        start("Representation", "id", name, "codecs", rendition.path("codecs").asText());
        attributes("bandwidth", rendition.path("peak_bit_rate").asText());
        if (!rendition.path("height").isNull()) {
            attributes("width", rendition.path("width").asText());
            attributes("height", rendition.path("height").asText());
            attributes("frameRate", frameRate(rendition.path("frame_rate").asDouble()));
        }
        start("SegmentTemplate", "timescale", String.valueOf(TIMESCALE), "startNumber", "1");
        attributes("initialization", addresses.apply(name, 0), "media", addresses.apply(name, "$Number$"));
        start("SegmentTimeline");
        double until = 0;
        long begin = 0;
        for (JsonNode seconds : rendition.path("seconds")) {
            until += seconds.asDouble();
            long end = Math.round(until * TIMESCALE);
            if (end > begin) {
                xml.writeEmptyElement("S");
                attributes("t", String.valueOf(begin), "d", String.valueOf(end - begin));
            }
            begin = end;
        }
        xml.writeEndElement();
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private static String frameRate(double perSecond) {
        long whole = Math.round(perSecond);
        return Math.abs(perSecond - whole) < 1e-6
                ? String.valueOf(whole)
                : Math.round(perSecond * BROADCAST) + "/" + BROADCAST;
    }

    private void start(String element, String... attributes) throws XMLStreamException {
        xml.writeStartElement(element);
        attributes(attributes);
    }

    /** @param attributes names and values alternately */
    private void attributes(String... attributes) throws XMLStreamException {
        for (int i = 0; i < attributes.length; i += 2) {
            xml.writeAttribute(attributes[i], attributes[i + 1]);
        }
    }
}
