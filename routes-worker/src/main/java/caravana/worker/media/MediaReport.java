package caravana.worker.media;

import caravana.worker.job.RunningJob;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Says what original and result are, and what of the result its uploader may not expect. */
@Component("mediaReport")
public class MediaReport {

    /** By how much the length that a file gives may differ from its picture's, in seconds. */
    private static final double SAME_LENGTH = 1;

    /**
     * A frame says that another is no longer needed, which is not there. It is so where a file was cut without encoding it
     * again; what could not be decoded is never shown.
     */
    private static final String NOTHING_LOST = "mmco: unref short failure";

    /** Instead of a complaint that is the same as the one before. */
    private static final String SAID_AGAIN = "    Last message repeated";

    /** How the complaint about a file of which nothing more can be read begins. */
    private static final String READING_ENDED = "file:";

    /** What source and result are. */
    public MediaInfo.Both info(
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("headers") SourceHeaders headers,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("planned") PlannedResult planned,
            @ExchangeProperty("result") SourceHeaders result) {
        Track made = result.videos().get(0);
        return new MediaInfo.Both(
                MediaInfo.of(
                        source.container(),
                        job.getOriginal().length(),
                        source.seconds(),
                        source.rate().perSecond(),
                        source.video(),
                        first(source.audio(), headers.audios()),
                        headers.removedAudio()),
                MediaInfo.of(
                        result.container(),
                        job.getResult().length(),
                        planned.secondsOf(made.frames()),
                        planned.frameRate().perSecond(),
                        made,
                        first(null, result.audios()),
                        List.of()));
    }

    private static Track first(Track chosen, List<Track> all) {
        return chosen == null && !all.isEmpty() ? all.get(0) : chosen;
    }

    /**
     * What its uploader may not expect.
     *
     * @param missing seconds of the footage that are not in the result
     * @param excess seconds of the footage that were found only when it was decoded
     * @param errors what ffmpeg complained of on its way
     */
    public MediaWarning.Those warnings(
            @ExchangeProperty("headers") SourceHeaders headers,
            @ExchangeProperty("source") SourceTimeline source,
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("loudness") Loudness loudness,
            @ExchangeProperty("result") SourceHeaders result,
            @ExchangeProperty("missing_seconds") Double missing,
            @ExchangeProperty("excess_seconds") Double excess,
            @ExchangeProperty("transcoding_errors") String errors) {
        PlannedResult planned = plan.result();
        Track video = source.video();
        List<MediaWarning> warnings = new ArrayList<>();
        if (missing > 0) {
            warnings.add(MediaWarning.footageMissing(missing));
        } else if (excess > 0 || isFootageDamaged(headers, source, errors)) {
            warnings.add(MediaWarning.footageDamaged());
        }
        if (planned.audioWanted()) {
            warnings.addAll(ofAudio(source, result, errors));
        }
        loudness.warning().ifPresent(warnings::add);
        plan.soundless().forEach(name -> warnings.add(MediaWarning.soundless(name)));
        int dropped = source.otherVideos() + (planned.sound() ? source.otherAudios() : 0);
        if (dropped > 0) {
            warnings.add(MediaWarning.tracksDropped(dropped));
        }
        if (video.colour().hdr() != null) {
            warnings.add(MediaWarning.toneMapped(video.colour().hdr()));
        }
        if (video.isInterlaced()) {
            warnings.add(MediaWarning.deinterlaced());
        }
        if (video.hasAlpha()) {
            warnings.add(MediaWarning.transparencyRemoved());
        }
        if (source.unread() > 0) {
            warnings.add(MediaWarning.recordingsLeftOut(source.unread()));
        }
        int gaps = source.gapsClosed() + source.joins().size();
        if (gaps > 0) {
            warnings.add(MediaWarning.gapClosed(gaps));
        } else if (missing == 0
                && source.declaredSeconds() > 0
                && Math.abs(source.declaredSeconds() - source.seconds()) > SAME_LENGTH) {
            warnings.add(MediaWarning.durationCorrected(source.declaredSeconds(), source.seconds()));
        }
        return new MediaWarning.Those(List.copyOf(warnings));
    }

    /** Whether any complaint is about something else than sound, or than the place where files or recordings were joined. */
    private static boolean isFootageDamaged(SourceHeaders headers, SourceTimeline source, String errors) {
        Set<String> others = new HashSet<>();
        others.add(SAID_AGAIN);
        for (Track audio : headers.audios()) {
            others.addAll(of(audio));
        }
        if (!source.joins().isEmpty() || source.unread() > 0) {
            others.add("[" + source.container() + " @ ");
        }
        if (source.unread() > 0) {
            others.add(READING_ENDED);
        }
        return errors.lines()
                .filter(line -> !line.endsWith(NOTHING_LOST))
                .anyMatch(line -> others.stream().noneMatch(line::startsWith));
    }

    /** How complaints about a track begin. */
    private static List<String> of(Track track) {
        return List.of("[" + track.codec() + " @ ", notDecoded(track));
    }

    private static String notDecoded(Track track) {
        return "Error while decoding stream #0:" + track.index() + ":";
    }

    private static List<MediaWarning> ofAudio(SourceTimeline source, SourceHeaders result, String errors) {
        if (source.hasAudio() && result.audios().isEmpty()) {
            return List.of(MediaWarning.audioDropped(source.audio().codec()));
        }
        List<MediaWarning> warnings = new ArrayList<>();
        if (source.undecodableAudio() != null) {
            warnings.add(
                    source.hasAudio()
                            ? MediaWarning.audioTrackSkipped(
                                    source.undecodableAudio(), source.audio().index())
                            : MediaWarning.audioDropped(source.undecodableAudio()));
        }
        // Another track may have the same codec.
        if (source.hasAudio() && errors.lines().anyMatch(line -> line.startsWith(notDecoded(source.audio())))) {
            warnings.add(MediaWarning.audioDamaged());
        }
        return warnings;
    }
}
