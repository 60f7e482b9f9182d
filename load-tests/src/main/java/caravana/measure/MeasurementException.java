package caravana.measure;

/** A run that could not be made, in words for the one who asked for it. */
public final class MeasurementException extends RuntimeException {

    public MeasurementException(String message) {
        super(message);
    }
}
