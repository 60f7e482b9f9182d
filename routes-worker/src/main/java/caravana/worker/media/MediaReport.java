package caravana.worker.media;

import caravana.worker.job.RunningJob;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/** Describes original and result, and lists the warnings about the result. */
@Component("mediaReport")
public class MediaReport {

    /** The tolerance between the length that a file declares and that of its picture, in seconds. */
    private static final double SAME_LENGTH = 1;

    /** The length in seconds from which there is a warning about a beginning that cannot be decoded. */
    private static final double SHORT_LEAD = 0.75;

    /** Describes original and result. */
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
                        FrameNotes.hasFields(job),
                        first(source.audio(), headers.audios()),
                        headers.removedAudio()),
                MediaInfo.of(
                        result.container(),
                        job.getResult().length(),
                        planned.secondsOf(made.frames()),
                        planned.frameRate().perSecond(),
                        made,
                        false,
                        first(null, result.audios()),
                        List.of()));
    }

    private static Track first(Track chosen, List<Track> all) {
        return chosen == null && !all.isEmpty() ? all.get(0) : chosen;
    }

    /**
     * Lists what the uploader may not expect.
     *
     * @param missing seconds of the footage that are not in the result
     * @param excess seconds of the footage that were found only when it was decoded
     * @param errors ffmpeg's errors during the transcoding
     */
    public MediaWarning.Those warnings(
            @ExchangeProperty("job") RunningJob job,
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
        FfmpegErrors ffmpegErrors = new FfmpegErrors(errors, headers, source);
        double lead = source.leadSeconds() > SHORT_LEAD ? source.leadSeconds() : 0;
        List<MediaWarning> warnings = new ArrayList<>();
        if (missing + lead > 0) {
            warnings.add(MediaWarning.footageMissing(missing + lead));
        } else if (excess > 0 || ffmpegErrors.areOfPicture()) {
            warnings.add(MediaWarning.footageDamaged());
        }
        if (planned.audioWanted()) {
            warnings.addAll(ofAudio(source, result, ffmpegErrors));
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
        if (FrameNotes.hasFields(job)) {
            warnings.add(MediaWarning.deinterlaced());
        }
        if (FrameNotes.isTransparent(job)) {
            warnings.add(MediaWarning.transparencyRemoved());
        }
        if (source.unread() > 0) {
            warnings.add(MediaWarning.recordingsLeftOut(source.unread()));
        }
        int gaps = source.gapsClosed() + source.soundJumps() + source.joins().size();
        if (gaps > 0) {
            warnings.add(MediaWarning.gapClosed(gaps));
        } else if (missing == 0
                && source.declaredSeconds() > 0
                && Math.abs(source.declaredSeconds() - source.leadSeconds() - source.seconds()) > SAME_LENGTH) {
            warnings.add(MediaWarning.durationCorrected(source.declaredSeconds(), source.seconds()));
        }
        return new MediaWarning.Those(List.copyOf(warnings));
    }

    private static List<MediaWarning> ofAudio(SourceTimeline source, SourceHeaders result, FfmpegErrors ffmpegErrors) {
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
        if (source.hasAudio() && ffmpegErrors.areOf(source.audio())) {
            warnings.add(MediaWarning.audioDamaged());
        }
        return warnings;
    }
}
