package caravana.media;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

/** Makes {@link MediaLimits} available. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MediaLimits.class)
public class MediaConfiguration {}
