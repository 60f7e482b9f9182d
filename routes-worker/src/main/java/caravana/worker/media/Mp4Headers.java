package caravana.worker.media;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Describes an MP4 file of this worker's ffmpeg, as ffprobe would, but without a process: each start of ffprobe costs
 * 0.2 s of CPU time. It knows only what our own commands produce: H.264 in frames, AAC, and subtitles. For anything
 * else it returns nothing, and ffprobe must read the file.
 *
 * <p>It also checks that every sample in the index is in the file, and that every frame consists of complete NAL units
 * of H.264. ffprobe checks only the first ones.
 */
final class Mp4Headers {

    /** ffmpeg's name of the format. */
    private static final String CONTAINER = "mov,mp4,m4a,3gp,3g2,mj2";

    /** The transformation matrix of a picture that is shown as it is. */
    private static final int[] UPRIGHT = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};

    /** The bytes of a picture's sample entry before its boxes, without its header. */
    private static final int PICTURE_ENTRY = 78;

    private static final int PICTURE_WIDTH = 24;

    /** The bytes of a sound's sample entry before its boxes, without its header. */
    private static final int SOUND_ENTRY = 28;

    /** AAC, the only supported sound (ISO/IEC 14496-1, table 5, and ISO/IEC 14496-3, table 1.17). */
    private static final int AAC = 0x40;

    private static final int AAC_LC = 2;

    private static final int[] RATES = {
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350
    };

    /** The bytes of the length before each unit of H.264. */
    private static final int UNIT_LENGTH = 4;

    private static final int UNIT_TYPE = 0x1f;

    /** The type of a unit of a frame that needs no other frame. */
    private static final int IDR = 5;

    /** The types of slices, and of the units that may accompany them. */
    private static final Set<Integer> UNITS = Set.of(1, IDR, 6, 7, 8, 9, 12);

    private final FileChannel channel;
    private final List<Mp4Box.Place> media = new ArrayList<>();
    private long sampleBytes;

    private Mp4Headers(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Reads all headers, and checks each sample.
     *
     * @throws OutputInvalidException when parts of the file are missing or damaged
     * @throws IOException when it cannot be read, or is of a kind that this class does not know
     */
    static SourceHeaders read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Mp4Headers(channel).read();
        } catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException tooShort) {
            throw new IOException("a box is too short", tooShort);
        }
    }

    private SourceHeaders read() throws IOException {
        Mp4Box movie = null;
        long end = channel.size();
        long offset = 0;
        while (offset < end) {
            Mp4Box.Place place = Mp4Box.place(channel, offset, end);
            require(offset > 0 || place != null && place.type().equals("ftyp"), "no MP4 file");
            requireIntact(place != null, "the file ends within a box");
            switch (place.type()) {
                case "moov" -> movie = Mp4Box.read(channel, place);
                case "mdat" -> media.add(place);
                case "ftyp", "free" -> {
                    // These tracks have nothing to play.
                }
                default -> throw new IOException("the box " + place.type());
            }
            offset = place.end();
        }
        require(movie != null, "no moov");
        require(movie.find("mvex").isEmpty(), "fragments");
        Mp4Box header = movie.get("mvhd");
        long timescale = header.unsigned(header.isWide() ? 20 : 12);
        long duration = header.isWide() ? header.content().getLong(24) : header.unsigned(16);
        List<Track> tracks = new ArrayList<>();
        for (Mp4Box box : movie.boxes()) {
            if (box.type().equals("trak")) {
                tracks.add(track(box, tracks.size(), timescale));
            }
        }
        requireIntact(
                sampleBytes
                        == media.stream()
                                .mapToLong(box -> box.size() - box.header())
                                .sum(),
                "media data that the index does not list");
        return new SourceHeaders(CONTAINER, 0, (double) duration / timescale, List.copyOf(tracks), List.of());
    }

    private Track track(Mp4Box track, int index, long movieTimescale) throws IOException {
        Mp4Box mediaBox = track.get("mdia");
        Mp4Box times = mediaBox.get("mdhd");
        long timescale = times.unsigned(times.isWide() ? 20 : 12);
        Mp4Box table = mediaBox.get("minf", "stbl");
        Samples samples = Samples.read(table);
        List<Long> offsets = offsets(table, samples);
        Mp4Box entry = entry(table);
        double[] shown = shown(track, samples, movieTimescale, timescale);
        String handler = Mp4Box.name(mediaBox.get("hdlr").content(), 8);
        return switch (handler + " " + entry.type()) {
            case "vide avc1" -> picture(track, table, entry, index, timescale, samples, offsets, shown);
            case "soun mp4a" -> sound(entry, index, samples, shown);
            case "sbtl tx3g" -> other(index, "subtitle", "mov_text", samples, shown, 0, 0);
            default -> throw new IOException("a track of " + handler + " " + entry.type());
        };
    }

    private static Mp4Box entry(Mp4Box table) throws IOException {
        Mp4Box descriptions = table.get("stsd");
        require(descriptions.unsigned(4) == 1, "more descriptions than one");
        return descriptions.boxes(8).stream().findFirst().orElseThrow(() -> new IOException("no description"));
    }

    /** Returns when the track begins, and its length, in seconds. */
    private static double[] shown(Mp4Box track, Samples samples, long movieTimescale, long timescale)
            throws IOException {
        Mp4Box edits = track.find("edts").flatMap(box -> box.find("elst")).orElse(null);
        if (edits == null) {
            return new double[] {(double) samples.first() / timescale, (double) samples.duration() / timescale};
        }
        ByteBuffer list = edits.content().duplicate();
        boolean wide = edits.isWide();
        list.position(4);
        double delay = 0;
        int entries = list.getInt();
        for (int entry = 0; entry < entries; entry++) {
            double length = (double) (wide ? list.getLong() : Integer.toUnsignedLong(list.getInt())) / movieTimescale;
            long from = wide ? list.getLong() : list.getInt();
            require(list.getInt() == 0x10000, "another speed");
            if (from >= 0) {
                require(entry == entries - 1, "more edits than one");
                return new double[] {Math.max(0, delay + (double) (samples.first() - from) / timescale), length};
            }
            delay += length;
        }
        throw new IOException("edits that show nothing");
    }

    private Track picture(
            Mp4Box track,
            Mp4Box table,
            Mp4Box entry,
            int index,
            long timescale,
            Samples samples,
            List<Long> offsets,
            double[] shown)
            throws IOException {
        int width = Short.toUnsignedInt(entry.content().getShort(PICTURE_WIDTH));
        int height = Short.toUnsignedInt(entry.content().getShort(PICTURE_WIDTH + 2));
        Mp4Box within = new Mp4Box(
                entry.type(),
                entry.content().slice(PICTURE_ENTRY, entry.content().limit() - PICTURE_ENTRY));
        SequenceParameters parameters = parameters(within.get("avcC"));
        require(parameters.width() == width && parameters.height() == height, "two sizes");
        Mp4Box colours = within.get("colr");
        require(colour(colours.content()).equals(parameters.colour()), "two kinds of colours");
        Mp4Box pixels = within.get("pasp");
        require((double) pixels.unsigned(0) / pixels.unsigned(4) == parameters.pixelShape(), "two shapes of pixels");
        requireUpright(track.get("tkhd"), width, height);
        requireFrames(table, samples, offsets);
        String rate = ratio(timescale * samples.count(), samples.duration());
        return new Track(
                index,
                "video",
                "h264",
                width,
                height,
                parameters.pixelShape(),
                Orientation.UPRIGHT,
                SequenceParameters.PIXEL_FORMAT,
                parameters.colour(),
                "progressive",
                rate,
                rate,
                samples.count(),
                parameters.reordered(),
                shown[0],
                shown[1],
                true,
                false,
                0,
                0,
                -1,
                0,
                false);
    }

    private static SequenceParameters parameters(Mp4Box configuration) throws IOException {
        ByteBuffer content = configuration.content();
        require((content.get(4) & 3) + 1 == UNIT_LENGTH, "lengths of another size");
        require((content.get(5) & UNIT_TYPE) == 1, "more sequence parameters than one");
        byte[] unit = new byte[Short.toUnsignedInt(content.getShort(6))];
        content.get(8, unit);
        return SequenceParameters.read(unit);
    }

    private static Colour colour(ByteBuffer content) throws IOException {
        require(Mp4Box.name(content, 0).equals("nclx"), "colours of another kind");
        return new Colour(
                content.get(10) < 0 ? "pc" : "tv",
                SequenceParameters.tag(content.getShort(8)),
                SequenceParameters.tag(content.getShort(6)),
                SequenceParameters.tag(content.getShort(4)));
    }

    private static void requireUpright(Mp4Box header, int width, int height) throws IOException {
        int matrix = header.isWide() ? 52 : 40;
        for (int entry = 0; entry < UPRIGHT.length; entry++) {
            require(
                    header.content().getInt(matrix + Integer.BYTES * entry) == UPRIGHT[entry],
                    "a picture that is turned");
        }
        int size = matrix + Integer.BYTES * UPRIGHT.length;
        require(
                header.unsigned(size) >> 16 == width && header.unsigned(size + 4) >> 16 == height,
                "a stretched picture");
    }

    /** Checks that each frame consists of whole units, and that the first frame needs no other. */
    private void requireFrames(Mp4Box table, Samples samples, List<Long> offsets) throws IOException {
        Mp4Box keys = table.find("stss").orElse(null);
        require(keys == null || keys.unsigned(4) > 0 && keys.unsigned(8) == 1, "a first frame that needs others");
        ByteBuffer head = ByteBuffer.allocate(UNIT_LENGTH + 1);
        for (int sample = 0; sample < samples.count(); sample++) {
            long at = offsets.get(sample);
            long end = at + samples.size(sample);
            boolean key = false;
            while (at < end) {
                requireIntact(at + head.capacity() <= end, "a frame that ends within a unit");
                require(channel.read(head.clear(), at) == head.capacity(), "a frame that cannot be read");
                int type = head.get(UNIT_LENGTH) & UNIT_TYPE;
                requireIntact(head.get(UNIT_LENGTH) >= 0 && type > 0, "a unit of type " + type);
                require(UNITS.contains(type), "a unit of type " + type);
                key |= type == IDR;
                at += UNIT_LENGTH + Integer.toUnsignedLong(head.getInt(0));
            }
            requireIntact(at == end, "a frame that ends within a unit");
            require(sample > 0 || key, "a first frame that needs others");
        }
    }

    private static Track sound(Mp4Box entry, int index, Samples samples, double[] shown) throws IOException {
        Mp4Box within = new Mp4Box(
                entry.type(), entry.content().slice(SOUND_ENTRY, entry.content().limit() - SOUND_ENTRY));
        ByteBuffer stream = within.get("esds").content().duplicate();
        stream.position(4);
        descriptor(stream, 3);
        stream.getShort();
        require(stream.get() == 0, "sound that depends on another stream");
        descriptor(stream, 4);
        require(stream.get() == AAC, "sound that is not AAC");
        stream.position(stream.position() + 12);
        descriptor(stream, 5);
        int configuration = stream.getShort();
        require((configuration >> 11 & 0x1f) == AAC_LC, "AAC of another kind");
        int rate = configuration >> 7 & 0xf;
        int channels = configuration >> 3 & 0xf;
        require(rate < RATES.length && channels > 0 && channels < 7, "sound of its own kind");
        return other(index, "audio", "aac", samples, shown, channels, RATES[rate]);
    }

    /** Reads the head of a descriptor (ISO/IEC 14496-1, 8.3.3), and ignores its length. */
    private static void descriptor(ByteBuffer stream, int tag) throws IOException {
        require(stream.remaining() > Short.BYTES && stream.get() == tag, "no description of sound");
        while (stream.get() < 0) {
            // The length continues in the next byte.
        }
    }

    private static Track other(
            int index, String type, String codec, Samples samples, double[] shown, int channels, int sampleRate) {
        return new Track(
                index,
                type,
                codec,
                0,
                0,
                1,
                Orientation.UPRIGHT,
                "unknown",
                new Colour("unknown", "unknown", "unknown", "unknown"),
                "unknown",
                "0/0",
                "0/0",
                samples.count(),
                0,
                shown[0],
                shown[1],
                true,
                false,
                channels,
                sampleRate,
                -1,
                0,
                false);
    }

    /** Returns the offset of each sample, and checks that it is within the media data. */
    private List<Long> offsets(Mp4Box table, Samples samples) throws IOException {
        Mp4Box chunks = table.find("stco").orElse(null);
        boolean wide = chunks == null;
        if (wide) {
            chunks = table.get("co64");
        }
        Mp4Box runs = table.get("stsc");
        int run = 0;
        List<Long> offsets = new ArrayList<>();
        for (int chunk = 1; chunk <= chunks.unsigned(4); chunk++) {
            if (run < runs.unsigned(4) && runs.unsigned(8 + 12 * run) == chunk) {
                run++;
            }
            require(run > 0, "chunks without samples");
            long at = wide ? chunks.content().getLong(8 * chunk) : chunks.unsigned(4 + 4 * chunk);
            long begin = at;
            for (long sample = runs.unsigned(12 * run); sample > 0; sample--) {
                require(offsets.size() < samples.count(), "samples of no size");
                offsets.add(at);
                at += samples.size(offsets.size() - 1);
            }
            long end = at;
            requireIntact(
                    media.stream().anyMatch(box -> begin >= box.offset() + box.header() && end <= box.end()),
                    "samples that are not in the file");
            sampleBytes += end - begin;
        }
        require(offsets.size() == samples.count(), "samples in no chunk");
        return offsets;
    }

    /** Returns a fraction as ffmpeg writes it. */
    private static String ratio(long above, long below) throws IOException {
        require(below > 0, "frames of no duration");
        long a = above;
        long b = below;
        while (b != 0) {
            long rest = a % b;
            a = b;
            b = rest;
        }
        return above / a + "/" + below / a;
    }

    private static void requireIntact(boolean intact, String otherwise) {
        if (!intact) {
            throw new OutputInvalidException("The result is damaged: " + otherwise);
        }
    }

    private static void require(boolean known, String otherwise) throws IOException {
        if (!known) {
            throw new IOException(otherwise);
        }
    }

    /**
     * The content of the tables about all samples.
     *
     * @param sizes size of each sample in bytes
     * @param duration of all samples, in units of the timescale
     * @param first when the first visible sample is shown, in units of the timescale
     */
    private record Samples(long[] sizes, long duration, long first) {

        /** More samples than the longest allowed video has, in picture or sound. */
        private static final int MOST_SAMPLES = 4 << 20;

        static Samples read(Mp4Box table) throws IOException {
            Mp4Box lengths = table.get("stsz");
            require(lengths.unsigned(8) <= MOST_SAMPLES, "too many samples");
            int count = (int) lengths.unsigned(8);
            long all = lengths.unsigned(4);
            long[] sizes = LongStream.range(0, count)
                    .map(sample -> all > 0 ? all : lengths.unsigned((int) (12 + 4 * sample)))
                    .toArray();
            ByteBuffer shifts = table.find("ctts")
                    .map(box -> box.content().duplicate().position(4))
                    .orElse(ByteBuffer.wrap(new byte[Integer.BYTES]));
            int shiftRuns = shifts.getInt();
            ByteBuffer times = table.get("stts").content().duplicate().position(4);
            int timeRuns = times.getInt();
            long decoded = 0;
            long first = Long.MAX_VALUE;
            long timed = 0;
            long shifted = 0;
            long shiftUntil = 0;
            long shift = 0;
            for (int run = 0; run < timeRuns; run++) {
                long until = timed + Integer.toUnsignedLong(times.getInt());
                long each = Integer.toUnsignedLong(times.getInt());
                for (; timed < until; timed++, decoded += each) {
                    if (timed == shiftUntil && shifted < shiftRuns) {
                        shiftUntil += Integer.toUnsignedLong(shifts.getInt());
                        shift = shifts.getInt();
                        shifted++;
                    }
                    first = Math.min(first, decoded + shift);
                }
            }
            require(timed == count && shifted == shiftRuns, "times of other samples");
            require(shiftRuns == 0 || shiftUntil == count, "times of other samples");
            return new Samples(sizes, decoded, count == 0 ? 0 : first);
        }

        long count() {
            return sizes.length;
        }

        long size(int sample) {
            return sizes[sample];
        }
    }
}
