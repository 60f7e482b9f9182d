package caravana.worker.media;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The source timeline: which tracks of an original are processed, and when their frames and sound are shown. A
 * transcoding is planned with this model, and its result is checked with it (ADR 23).
 *
 * @param container ffmpeg's name of the container format
 * @param video the track whose picture is processed
 * @param audio the track whose sound is kept; null for none
 * @param undecodableAudio codec of the first track that has sound and cannot be decoded; null when all before the kept one can
 * @param otherVideos how many more tracks of picture have frames
 * @param otherAudios how many more tracks of sound can be decoded
 * @param zero when the first frame is shown, in seconds after the time that ffmpeg counts from, or on the clock of the file where
 *     it {@linkplain #keepsClock() is kept}; sound before it is not kept
 * @param zeroWithoutSound the same when no sound is read
 * @param heldBack by how many seconds ffmpeg shows frames too late, since they have no times and its decoder reorders them
 * @param seconds length of the picture
 * @param declaredSeconds length by the headers; 0 when they do not say
 * @param promisedSeconds the same of the picture alone: that of a container may be the length of another track
 * @param leadSeconds how long the frames at the beginning last that cannot be decoded
 * @param soundUntil when the kept sound ends, in seconds after the first frame; NaN when that is not known
 * @param averageRate frames per second on average
 * @param rate the rate of the motion
 * @param even whether frames follow one another at that rate; otherwise it is that of most
 * @param gapsClosed how many jumps of the clock ffmpeg closes
 * @param soundJumps how many jumps of more than 10 s there are in the clock of the kept sound alone, which is damaged
 * @param joins by how much, in seconds, the clock is moved on at each place where it begins again and ffmpeg does not
 * @param endIsAMistake whether the last frame says to be shown for longer than it is
 * @param cutOff whether the file ends before its own description says
 * @param unread share of the file, 0 to 1, that belongs to further recordings that ffmpeg does not read
 * @param measured whether the timestamps of packets were read; otherwise it is by the index of the file
 */
public record SourceTimeline(
        String container,
        Track video,
        Track audio,
        String undecodableAudio,
        int otherVideos,
        int otherAudios,
        double zero,
        double zeroWithoutSound,
        double heldBack,
        double seconds,
        double declaredSeconds,
        double promisedSeconds,
        double leadSeconds,
        double soundUntil,
        double averageRate,
        FrameRate rate,
        boolean even,
        int gapsClosed,
        int soundJumps,
        List<Double> joins,
        boolean endIsAMistake,
        boolean cutOff,
        double unread,
        boolean measured) {

    /** How much earlier a track may end than its container, in seconds. */
    private static final double CLOSE = 0.75;

    /** ffmpeg's names of audio decoders other than those of PCM and ADPCM. */
    private static final Set<String> AUDIO_CODECS = Set.of(
            "aac",
            "aac_latm",
            "ac3",
            "alac",
            "amr_nb",
            "amr_wb",
            "cook",
            "dts",
            "eac3",
            "evrc",
            "flac",
            "g723_1",
            "gsm",
            "gsm_ms",
            "ilbc",
            "mace3",
            "mace6",
            "mlp",
            "mp1",
            "mp2",
            "mp3",
            "nellymoser",
            "opus",
            "qcelp",
            "qdm2",
            "qdmc",
            "s302m",
            "speex",
            "truehd",
            "tta",
            "vorbis",
            "wavpack",
            "wmalossless",
            "wmapro",
            "wmav1",
            "wmav2",
            "wmavoice");

    /**
     * Chooses the tracks to process, and calculates their times.
     *
     * @param packets null when the index of the file is sufficient
     * @param decoding null when no sound is wanted, or there is none
     * @param cutOff whether the file ends before its own description says
     * @param unread share of the file, 0 to 1, that belongs to further recordings that ffmpeg does not read
     * @return null when there is no picture to process
     */
    static SourceTimeline of(
            SourceHeaders headers, PacketTimes packets, AudioDecoding decoding, boolean cutOff, double unread) {
        Track video = video(headers, packets);
        if (video == null) {
            return null;
        }
        List<Track> audios = headers.audios().stream()
                .filter(track -> frames(track, packets) != 0 && isHeard(track, video, packets))
                .toList();
        Track audio = audios.stream()
                .filter(track -> isDecodable(track, decoding))
                .findFirst()
                .orElse(null);
        String undecodable = Stream.concat(
                        headers.removedAudio().stream(),
                        audios.stream()
                                .filter(track -> !isDecodable(track, decoding)
                                        && (audio == null || track.index() < audio.index()))
                                .map(Track::codec))
                .findFirst()
                .orElse(null);
        int otherVideos = (int) headers.videos().stream()
                .filter(track -> !track.equals(video) && frames(track, packets) != 0)
                .count();
        int otherAudios = (int) audios.stream()
                .filter(track -> !track.equals(audio) && isDecodable(track, decoding))
                .count();
        double declared = video.duration() > 0 ? video.duration() : headers.duration();
        if (packets == null) {
            return new SourceTimeline(
                    headers.container(),
                    video,
                    audio,
                    undecodable,
                    otherVideos,
                    otherAudios,
                    video.start() - headers.countedFrom(video, audio),
                    video.start() - headers.countedFrom(video, null),
                    0,
                    video.duration(),
                    declared,
                    declared,
                    0,
                    audio != null && audio.duration() > 0
                            ? audio.start() + audio.duration() - video.start()
                            : Double.NaN,
                    SourceInfo.fraction(video.averageRate()),
                    FrameRate.ofMotion(video.exactRate(), video.averageRate(), 0),
                    true,
                    0,
                    0,
                    List.of(),
                    false,
                    false,
                    unread,
                    false);
        }
        PacketTimes.Times times = packets.of(video);
        double seconds = times.length();
        boolean keepsClock = headers.closesGaps() && times.gapsClosed() == 0;
        boolean isClockWhole = audio != null
                && packets.joins().isEmpty()
                && times.gapsClosed() + packets.of(audio).gapsClosed() == 0;
        return new SourceTimeline(
                headers.container(),
                video,
                audio,
                undecodable,
                otherVideos,
                otherAudios,
                times.start() - (keepsClock ? 0 : headers.countedFrom(video, audio)),
                times.start() - (keepsClock ? 0 : headers.countedFrom(video, null)),
                times.isDated() ? 0 : video.reordered() * times.medianDistance(),
                seconds,
                declared,
                promised(headers, video, packets),
                times.lead(),
                isClockWhole ? packets.of(audio).end() - times.start() : Double.NaN,
                seconds > 0 ? times.packets() / seconds : 0,
                FrameRate.ofMotion(video.exactRate(), video.averageRate(), times.medianDistance()),
                FrameRate.isOfMotion(video.exactRate(), times.medianDistance()) || times.isEven(),
                times.gapsClosed(),
                audio != null && keepsClock ? packets.of(audio).farJumps() : 0,
                packets.joins(),
                times.isEndAMistake(),
                cutOff,
                unread,
                true);
    }

    /**
     * Returns the declared length of the picture in seconds. A container is as long as its longest track, and in some
     * formats counts from 0 although no track begins there.
     */
    private static double promised(SourceHeaders headers, Track video, PacketTimes packets) {
        if (video.duration() > 0) {
            return video.duration();
        }
        double whole = headers.duration() - CLOSE;
        boolean isKept = headers.tracks().stream()
                .map(packets::of)
                .anyMatch(times -> times.end() >= whole || times.end() - times.start() >= whole);
        return isKept ? packets.of(video).length() : headers.duration();
    }

    /**
     * Chooses the track with the picture: a moving one; of several, the one that players show by default; of several,
     * the one with the most pixels in all of its frames.
     */
    private static Track video(SourceHeaders headers, PacketTimes packets) {
        List<Track> filled = headers.videos().stream()
                .filter(track -> frames(track, packets) != 0)
                .toList();
        List<Track> moving = orAll(
                filled.stream().filter(track -> frames(track, packets) != 1).toList(), filled);
        return orAll(moving.stream().filter(Track::byDefault).toList(), moving).stream()
                .max(Comparator.comparingDouble(
                        track -> (double) track.width() * track.height() * Math.max(1, frames(track, packets))))
                .orElse(null);
    }

    private static List<Track> orAll(List<Track> chosen, List<Track> all) {
        return chosen.isEmpty() ? all : chosen;
    }

    /** Returns whether the sound continues after the first frame is shown. */
    private static boolean isHeard(Track audio, Track video, PacketTimes packets) {
        if (packets == null) {
            return audio.duration() <= 0 || audio.start() + audio.duration() > video.start();
        }
        return packets.of(audio).end() > packets.of(video).start();
    }

    private static boolean isDecodable(Track audio, AudioDecoding decoding) {
        String codec = audio.codec();
        boolean known = AUDIO_CODECS.contains(codec) || codec.startsWith("pcm_") || codec.startsWith("adpcm_");
        return known && audio.channels() > 0 && audio.sampleRate() > 0 && (decoding == null || !decoding.failed(audio));
    }

    /** Returns the number of a track's frames; −1 when unknown. */
    private static long frames(Track track, PacketTimes packets) {
        return packets == null ? track.frames() : packets.of(track).packets();
    }

    /**
     * Returns whether ffmpeg must not change the times of the file. In some containers it would shift the picture by
     * jumps in the clock of the sound. If the clock of the picture jumps, ffmpeg must change them.
     */
    boolean keepsClock() {
        return measured && gapsClosed == 0 && SourceHeaders.closesGaps(container);
    }

    boolean hasAudio() {
        return audio != null;
    }

    /** Returns a copy with another length of the picture, in seconds. */
    SourceTimeline lasting(double length) {
        return new SourceTimeline(
                container,
                video,
                audio,
                undecodableAudio,
                otherVideos,
                otherAudios,
                zero,
                zeroWithoutSound,
                heldBack,
                length,
                declaredSeconds,
                promisedSeconds,
                leadSeconds,
                soundUntil,
                averageRate,
                rate,
                even,
                gapsClosed,
                soundJumps,
                joins,
                endIsAMistake,
                cutOff,
                unread,
                measured);
    }
}
