// Every word of the page, in Spanish and English.

import {limits} from './limits.js';

const KEY = 'caravana.language';

const TEXTS = {
  en: {
    skip: 'Skip to the content',
    dismiss: 'Close this message',
    offline: 'You are offline. What is shown may be out of date; uploads go on when the network is back.',
    accountsElsewhere: 'Accounts are kept by another service here ({issuer}). Get a token there, and sign in with it.',
    token: 'Token',
    tokenRefused: 'This token is not valid here, or has ended. Get a new one.',
    tokenOver: 'You were signed out, since your token has ended. Sign in with a new one.',
    status: 'Status',
    anyStatus: 'All',
    shape: 'View',
    as_list: 'As a list',
    as_grid: 'As a grid',
    showAll: 'Show all videos',
    nothingInState: 'No video in this state',
    nothingInStateText: 'Choose another state, or show all videos.',
    selection: 'Selected videos',
    selectVideo: 'Select “{title}”',
    selected: '{n} selected',
    selectedOne: '1 selected',
    selectShown: 'Select all shown',
    selectNone: 'Select none',
    saidDone: '{what}: {n} done.',
    saidNotDone: '{n} could not be changed.',
    saidDeletedMany: '{n} videos are deleted.',
    saidRestoredMany: '{n} videos are back.',
    undoMany: 'Undo the deletion of all of them',
    moreActions: 'More',
    copyLink: 'Copy link',
    copyTitle: 'Copy this link',
    copyText: 'The browser does not let this page copy it. Copy it from here.',
    link: 'Link',
    saidLinkCopied: 'The link to this page is copied. Only your account can open it.',
    saidFileLinkCopied: 'The link to the file is copied. It works for 15 minutes, for everybody who has it.',
    hasWarnings: 'Something about this clip you should know',
    length: 'Length',
    waitsForWorker: 'Waiting for a worker',
    speed: 'Speed',
    captions: 'Subtitles',
    captionsOff: 'Off',
    playerKeys: 'Keys: K play or pause, J and L 10 seconds, < and > speed, C subtitles, M mute, F full screen.',
    warnings: 'Good to know',
    files: 'Files',
    download: 'Download',
    open: 'Open',
    original: 'Original',
    clip: 'Clip',
    infoFormat: 'Format',
    infoSize: 'Size',
    infoLength: 'Length',
    infoPicture: 'Picture',
    infoCodec: 'Codec',
    infoRate: 'Frame rate',
    infoColour: 'Colour',
    infoSound: 'Sound',
    timeline: 'What happened',
    uploadedAt: 'Uploaded',
    tookInAll: '{time} of processing',
    attemptsMade: 'It took {n} attempts.',
    overTime: 'Over time',
    lastTime: 'last {time}',
    chartLine: '{name}: {now} now, {most} at most',
    chart_waiting: 'waiting',
    chart_running: 'in work',
    chart_slots: 'places',
    chart_busy: 'busy',
    runbook: 'Runbook',
    fileAtFault: 'Nothing: the file is at fault',
    noRunbook: 'There is no such runbook.',
    lastOne: 'Last one',
    whatToDo: 'What to do',
    eachFailure: 'Each of them',
    tagline: 'Videos in, finished clips out.',
    language: 'Language',
    sections: 'Sections',
    videos: 'Videos',
    operations: 'Operations',
    signOut: 'Sign out',
    signIn: 'Sign in',
    signUp: 'Create an account',
    toSignUp: 'No account yet? Create one',
    toSignIn: 'Do you have an account? Sign in',
    email: 'E-mail',
    password: 'Password',
    passwordAgain: 'Password once more',
    passwordHint: 'At least 8 characters.',
    firstName: 'First name',
    lastName: 'Last name',
    city: 'City',
    country: 'Country',
    sessionOver: 'You were signed out, since your session has ended. Sign in again.',
    dropTitle: 'Drop videos here',
    dropText: 'or choose them from your device.',
    atOnce: 'Upload files as soon as they are chosen',
    uploads: 'Uploads',
    uploadAll: 'Upload all {n}',
    pauseUpload: 'Pause',
    resumeUpload: 'Resume',
    chooseAgain: 'Choose the file again',
    waitsForTurn: 'Waits for its turn',
    delay_lost: 'The connection is lost. The upload goes on when it is back.',
    delay_busy: 'The server cannot take this file now. The upload goes on soon.',
    delay_elsewhere: 'Another tab uploads this file.',
    fileMissing: 'The file is no longer available here. Choose it again, and the upload goes on where it was.',
    signOutTitle: 'Sign out now?',
    signOutText: 'Some uploads are not finished. Signing out cancels them.',
    stay: 'Stay',
    accepted: 'Up to {size} and {longest}.',
    acceptedByRules: 'Up to {size}, {shortest} to {longest} long, with at least {lowest} pixels on the shorter side.',
    choose: 'Choose videos',
    transformations: 'What the clip is to become',
    preset: 'Preset',
    presetNone: 'Your choice below',
    presetName: 'Name',
    savePreset: 'Save as a preset…',
    savePresetTitle: 'Save the choice as a preset',
    savePresetText: 'You can choose it for other videos by its name. A preset of yours with the same name is replaced.',
    save: 'Save',
    saidPresetSaved: 'The preset {name} is saved.',
    deletePreset: 'Delete the preset',
    deletePresetTitle: 'Delete the preset {name}?',
    deletePresetText: 'Videos that were made with it stay as they are.',
    saidPresetDeleted: 'The preset {name} is deleted.',
    uploadAsset: 'Upload a file…',
    assetNone: 'Choose one',
    assetsMissing: 'None yet: upload one',
    deleteAsset: 'Delete the file',
    deleteAssetTitle: 'Delete the file {name}?',
    deleteAssetText: 'Videos that were made with it stay as they are, and cannot be processed again with it.',
    saidAssetUploaded: 'The file {name} is uploaded.',
    saidAssetDeleted: 'The file {name} is deleted.',
    error_nothing_chosen: 'Choose at least one of them.',
    error_asset_type: 'A file of another kind is needed: {types}.',
    title: 'Title',
    upload: 'Upload',
    cancel: 'Cancel',
    close: 'Close',
    tryAgain: 'Try again',
    remove: 'Remove',
    uploaded: 'Waiting',
    processing: 'Processing',
    processed: 'Ready',
    failed: 'Failed',
    cancelled: 'Cancelled',
    yourVideos: 'Your videos',
    none: 'No videos yet',
    noneText: 'What you upload appears here, with its progress, and then as a finished clip.',
    search: 'Search',
    searchHint: 'Title or file name',
    order: 'Order',
    'order_-uploaded_at': 'Newest first',
    order_uploaded_at: 'Oldest first',
    order_title: 'Title, A to Z',
    'order_-title': 'Title, Z to A',
    count: '{n} videos',
    countOne: '1 video',
    nothingFound: 'No video with “{q}”',
    nothingFoundText: 'Search for a part of its title or file name.',
    loading: 'Loading…',
    more: 'Show more',
    place: 'Number {n} in the queue',
    placeMany: 'Far back in a long queue',
    attempt: 'attempt {n}',
    left: 'about {time} left',
    phase_claim: 'Starting',
    phase_download: 'Fetching the original',
    phase_probe: 'Looking at the original',
    phase_transcode: 'Converting',
    phase_check: 'Checking the result',
    phase_publish: 'Storing the result',
    phase_commit: 'Finishing',
    play: 'Play',
    playOf: 'Play “{title}”',
    downloadResult: 'Download result',
    downloadOriginal: 'Download original',
    retry: 'Try again',
    delete: 'Delete',
    ofVideo: '{what}: {title}',
    undo: 'Undo',
    rename: 'Rename',
    renameTitle: 'Rename this video',
    renameText: 'It is “{title}” now.',
    cancelJob: 'Cancel processing',
    processAgain: 'Process again',
    processOtherwise: 'Process differently',
    processOtherwiseTitle: 'Process “{title}” differently',
    processOtherwiseText: 'Choose what the clip is to become. An earlier clip stays until the new one is ready.',
    progressOf: 'Progress of “{title}”',
    truncated: 'The original was cut off; what there was of it has been processed.',
    mediaInfo: 'Original and clip',
    mediaRate: '{rate} frames per second',
    mediaHdr: 'HDR ({kind})',
    mediaInterlaced: 'interlaced',
    mediaRotated: 'turned by {degrees}°',
    channels_1: 'mono',
    channels_2: 'stereo',
    channels: '{n} channels',
    mediaSilent: 'no sound',
    role_video: 'Video',
    role_poster: 'Poster',
    role_audio: 'Sound',
    role_preview: 'Preview',
    role_storyboard: 'Storyboard',
    role_subtitles: 'Subtitles',
    saidUploaded: '“{title}” is uploaded.',
    saidProcessed: '“{title}” is ready.',
    saidFailed: '“{title}” has failed.',
    saidCancelled: 'Processing of “{title}” is cancelled.',
    saidRestored: '“{title}” is back.',
    saidDeleted: '“{title}” is deleted.',
    reason: 'Reason',
    details: 'Details',
    error_no_answer: 'The server does not answer. Check your connection, then try again.',
    error_unknown: 'Something went wrong. Try again in a moment.',
    error_passwords_differ: 'The two passwords are not the same.',
    error_unavailable: 'A system that we need is unavailable for a moment. Try again soon.',
    error_attempts_exhausted: 'It failed several times in a row. You can try again.',
    error_output_invalid: 'The result was not as planned. That is our fault.',
    error_media_too_heavy: 'This video needs more memory than there is for one.',
    error_out_of_memory: 'This video needs more memory than there is for one.',
    error_killed: 'Processing was interrupted.',
    error_stalled: 'Processing stopped making progress.',
    error_time_limit: 'Processing took too long.',
    error_tool_failed: 'Processing ended with an error.',
    error_disk_full: 'There was no disk space left for processing.',
    error_disk_unavailable: 'The disk could not be used for processing.',
    error_store_unavailable: 'The storage was not available.',
    error_database_unavailable: 'The database was not available.',
    error_queue_unavailable: 'The queue was not available.',
    error_tool_unavailable: 'Processing was not available.',
    error_route_defect: 'The fault is ours.',
    error_worker_lost: 'Processing was interrupted.',
    error_internal_error: 'The fault is ours.',
    error_checksum_mismatch: 'The file that arrived is not the one that was sent. Upload it again.',
    error_original_missing: 'The uploaded file is no longer there. Upload it again.',
    error_empty: 'The file is empty. Choose a video.',
    error_no_video_name: 'No video has a name like this. Choose a video.',
    error_unreadable: 'The file cannot be read. Choose a file, not a folder, and one that still exists.',
    error_another_file: 'This is another file. Choose the one of which a part is uploaded, or cancel this upload.',
    error_too_large: 'The file has {found_bytes} bytes; the limit is {size}. Send a smaller one.',
    error_too_large_plain: 'The file is too large: the limit is {size}. Send a smaller one.',
    error_asset_missing: 'A picture or subtitles of your account that this video needs were deleted. Process it again without them.',
    error_asset_unreadable: 'A picture or subtitles of your account that this video needs cannot be read. Process it again without them.',
    error_nothing_kept:
      'The part to keep begins at {found_start_seconds}, and the video is {found_duration_seconds} long. Process it again with an earlier beginning.',
    error_size_unreachable:
      'The video, {found_duration_seconds} long, cannot be made as small as {found_size_mb} MB; it needs about {found_least_mb} MB. Process it again with a larger size, a smaller picture or a shorter part.',
    error_too_long: 'The video is {found_duration_seconds} long; the limit is {longest}. Trim it.',
    error_resolution_too_high:
      'The picture has {found_width}×{found_height} pixels; the limit is {width}×{height}, lying or upright. Scale it down.',
    error_frame_rate_too_high:
      'The video has {found_frame_rate} frames per second on average; the limit is {rate}. Convert it to fewer.',
    error_too_many_streams: 'The file has {found_tracks} video and audio tracks; the limit is {streams}. Remove some.',
    error_codec_unsupported: 'The video codec ({found_codec}) is not supported. Convert the video to one of these: {codecs}.',
    error_duration_out_of_rules: 'The video is {found_duration_seconds} long; it must be {shortest} to {longest} long.',
    error_resolution_out_of_rules:
      'The picture has {found_width}×{found_height} pixels; it must have at least {lowest} on its shorter side.',
    queue: 'Queue',
    waiting: 'Waiting',
    inFlight: 'In work',
    delayed: 'Delayed',
    deadLetters: 'Dead letters',
    oldestDue: 'Oldest waiting',
    workers: 'Workers',
    workersPaused: 'All workers are paused: what runs is finished, and nothing new is taken.',
    workersRunning: 'Workers take jobs.',
    pause: 'Pause all workers',
    resume: 'Resume',
    pauseTitle: 'Pause all workers?',
    pauseText: 'Running jobs are finished; uploads are still taken, and wait.',
    noWorkers: 'No worker is running',
    noWorkersText: 'Uploads wait until one starts.',
    worker: 'Worker',
    slots: '{used} of {slots} busy',
    seen: 'seen {time}',
    idle: 'Idle',
    closedBy: 'Takes nothing: {what}',
    closed_database: 'database unavailable',
    closed_storage: 'object store unavailable',
    closed_disk: 'disk almost full',
    closed_tool: 'ffmpeg cannot be run',
    closed_route_defect: 'a defect in its routes',
    closed_paused: 'paused',
    closed_stopping: 'stopping',
    video: 'Video',
    noDeadLetters: 'No dead letters',
    noDeadLettersText: 'Jobs that have failed for good would be listed here.',
    attempts: 'Attempts',
    sent: 'Since',
    state_redrivable: 'can be redriven',
    state_stale: 'outdated',
    state_poison: 'poison',
    select: 'Select the dead letter of {video}',
    selectAll: 'Select all',
    redrive: 'Redrive',
    redriveAll: 'Redrive all',
    redriveTitle: 'Redrive {n}?',
    redriveAllTitle: 'Redrive all dead letters?',
    redriveText: 'The jobs are queued again, with all their attempts.',
    discard: 'Discard',
    discardTitle: 'Discard {n}?',
    discardText: 'These messages are deleted for good. The videos stay failed.',
    redriveDone: 'Redriven: {redriven}. Outdated: {stale}. Poison: {poison}. No longer there: {missing}.',
    discardDone: 'Discarded: {discarded}. No longer there: {missing}.',
    incomplete: 'There are about {n} dead letters; {listed} could be listed now.',
    failures: 'Recent failures',
    noFailures: 'No recent failures',
    noFailuresText: 'Videos that failed lately would be listed here.',
    failedAt: 'Failed',
    notNow: 'These figures are not available at the moment: {why}',
  },
  es: {
    skip: 'Ir al contenido',
    dismiss: 'Cerrar este mensaje',
    offline: 'No tienes conexión. Lo que ves puede estar anticuado; las subidas continuarán cuando vuelva la red.',
    accountsElsewhere: 'Aquí las cuentas son de otro servicio ({issuer}). Obtén allí un token e inicia sesión con él.',
    token: 'Token',
    tokenRefused: 'Este token no sirve aquí o ya venció. Obtén uno nuevo.',
    tokenOver: 'Tu token ha vencido. Inicia sesión con uno nuevo.',
    status: 'Estado',
    anyStatus: 'Todos',
    shape: 'Vista',
    as_list: 'Como lista',
    as_grid: 'Como cuadrícula',
    showAll: 'Mostrar todos los videos',
    nothingInState: 'Ningún video en este estado',
    nothingInStateText: 'Elige otro estado o muestra todos los videos.',
    selection: 'Videos seleccionados',
    selectVideo: 'Seleccionar «{title}»',
    selected: '{n} seleccionados',
    selectedOne: '1 seleccionado',
    selectShown: 'Seleccionar los mostrados',
    selectNone: 'No seleccionar ninguno',
    saidDone: '{what}: {n} hechos.',
    saidNotDone: '{n} no se pudieron cambiar.',
    saidDeletedMany: '{n} videos se han eliminado.',
    saidRestoredMany: '{n} videos han vuelto.',
    undoMany: 'Deshacer la eliminación de todos',
    moreActions: 'Más',
    copyLink: 'Copiar enlace',
    copyTitle: 'Copia este enlace',
    copyText: 'El navegador no permite que esta página lo copie. Cópialo de aquí.',
    link: 'Enlace',
    saidLinkCopied: 'El enlace a esta página se ha copiado. Solo tu cuenta puede abrirlo.',
    saidFileLinkCopied: 'El enlace al archivo se ha copiado. Sirve durante 15 minutos a quien lo tenga.',
    hasWarnings: 'Hay algo que debes saber de este clip',
    length: 'Duración',
    waitsForWorker: 'Esperando a un worker',
    speed: 'Velocidad',
    captions: 'Subtítulos',
    captionsOff: 'No',
    playerKeys: 'Teclas: K reproducir o pausar, J y L 10 segundos, < y > velocidad, C subtítulos, M silencio, F pantalla completa.',
    warnings: 'Conviene saberlo',
    files: 'Archivos',
    download: 'Descargar',
    open: 'Abrir',
    original: 'Original',
    clip: 'Clip',
    infoFormat: 'Formato',
    infoSize: 'Tamaño',
    infoLength: 'Duración',
    infoPicture: 'Imagen',
    infoCodec: 'Códec',
    infoRate: 'Cuadros',
    infoColour: 'Color',
    infoSound: 'Sonido',
    timeline: 'Qué ha pasado',
    uploadedAt: 'Subido',
    tookInAll: '{time} de proceso',
    attemptsMade: 'Hicieron falta {n} intentos.',
    overTime: 'A lo largo del tiempo',
    lastTime: 'últimos {time}',
    chartLine: '{name}: {now} ahora, {most} como máximo',
    chart_waiting: 'en espera',
    chart_running: 'en trabajo',
    chart_slots: 'puestos',
    chart_busy: 'ocupados',
    runbook: 'Guía',
    fileAtFault: 'Nada: el problema es del archivo',
    noRunbook: 'No existe esa guía.',
    lastOne: 'El último',
    whatToDo: 'Qué hacer',
    eachFailure: 'Cada uno de ellos',
    tagline: 'Entran videos, salen clips terminados.',
    language: 'Idioma',
    sections: 'Secciones',
    videos: 'Videos',
    operations: 'Operaciones',
    signOut: 'Cerrar sesión',
    signIn: 'Iniciar sesión',
    signUp: 'Crear una cuenta',
    toSignUp: '¿Aún no tienes cuenta? Crea una',
    toSignIn: '¿Ya tienes cuenta? Inicia sesión',
    email: 'Correo electrónico',
    password: 'Contraseña',
    passwordAgain: 'Repite la contraseña',
    passwordHint: 'Mínimo 8 caracteres.',
    firstName: 'Nombre',
    lastName: 'Apellido',
    city: 'Ciudad',
    country: 'País',
    sessionOver: 'Tu sesión ha terminado. Inicia sesión otra vez.',
    dropTitle: 'Suelta videos aquí',
    dropText: 'o elígelos de tu dispositivo.',
    atOnce: 'Subir los archivos en cuanto se elijan',
    uploads: 'Subidas',
    uploadAll: 'Subir los {n}',
    pauseUpload: 'Pausar',
    resumeUpload: 'Continuar',
    chooseAgain: 'Elegir el archivo otra vez',
    waitsForTurn: 'Espera su turno',
    delay_lost: 'Se perdió la conexión. La subida continuará cuando vuelva.',
    delay_busy: 'El servidor no puede recibir este archivo ahora. La subida continuará pronto.',
    delay_elsewhere: 'Otra pestaña sube este archivo.',
    fileMissing: 'El archivo ya no está disponible aquí. Elígelo otra vez y la subida continuará donde estaba.',
    signOutTitle: '¿Cerrar la sesión ahora?',
    signOutText: 'Hay subidas sin terminar. Al cerrar la sesión se cancelan.',
    stay: 'Quedarme',
    accepted: 'Hasta {size} y {longest}.',
    acceptedByRules: 'Hasta {size}, de {shortest} a {longest} de duración y con al menos {lowest} píxeles en el lado menor.',
    choose: 'Elegir videos',
    transformations: 'En qué se convierte el video',
    preset: 'Preajuste',
    presetNone: 'Lo elegido abajo',
    presetName: 'Nombre',
    savePreset: 'Guardar como preajuste…',
    savePresetTitle: 'Guardar lo elegido como preajuste',
    savePresetText: 'Podrás elegirlo por su nombre para otros videos. Si ya tienes uno con ese nombre, se reemplaza.',
    save: 'Guardar',
    saidPresetSaved: 'El preajuste {name} se ha guardado.',
    deletePreset: 'Eliminar el preajuste',
    deletePresetTitle: '¿Eliminar el preajuste {name}?',
    deletePresetText: 'Los videos que se hicieron con él no cambian.',
    saidPresetDeleted: 'El preajuste {name} se ha eliminado.',
    uploadAsset: 'Subir un archivo…',
    assetNone: 'Elige uno',
    assetsMissing: 'Aún no hay: sube uno',
    deleteAsset: 'Eliminar el archivo',
    deleteAssetTitle: '¿Eliminar el archivo {name}?',
    deleteAssetText: 'Los videos que se hicieron con él no cambian, y ya no se podrán procesar otra vez con él.',
    saidAssetUploaded: 'El archivo {name} se ha subido.',
    saidAssetDeleted: 'El archivo {name} se ha eliminado.',
    error_nothing_chosen: 'Elige al menos una.',
    error_asset_type: 'Hace falta un archivo de otro tipo: {types}.',
    error_asset_refused: 'El archivo está dañado, no es del tipo que dice su nombre o contiene algo que no se acepta, como enlaces o programas.',
    error_asset_too_large: 'El archivo es demasiado grande: el límite es {asset_size}.',
    error_asset_name_invalid: 'El nombre del archivo no sirve. Cámbialo y vuelve a subirlo.',
    error_picture_too_large: 'La imagen tiene más de {asset_pixels} píxeles de ancho o de alto. Redúcela.',
    error_too_many_assets: 'Tienes todos los archivos permitidos. Elimina uno.',
    error_asset_in_use: 'Un video en espera, en proceso o que se puede reintentar necesita este archivo. Espera a que termine o elimina el video.',
    error_unknown_asset: 'Ese archivo ya no existe. Elige otro.',
    error_asset_unfit: 'Ese archivo no es del tipo que hace falta. Elige otro.',
    error_asset_deleted: 'Se eliminó un archivo con el que se hizo este video, así que ya no se puede procesar igual.',
    title: 'Título',
    upload: 'Subir',
    cancel: 'Cancelar',
    close: 'Cerrar',
    tryAgain: 'Reintentar',
    remove: 'Quitar',
    uploaded: 'En espera',
    processing: 'En proceso',
    processed: 'Listo',
    failed: 'Falló',
    cancelled: 'Cancelado',
    yourVideos: 'Tus videos',
    none: 'Todavía no hay videos',
    noneText: 'Lo que subas aparece aquí con su progreso y, después, como clip terminado.',
    search: 'Buscar',
    searchHint: 'Título o nombre de archivo',
    order: 'Orden',
    'order_-uploaded_at': 'Más recientes primero',
    order_uploaded_at: 'Más antiguos primero',
    order_title: 'Título, de la A a la Z',
    'order_-title': 'Título, de la Z a la A',
    count: '{n} videos',
    countOne: '1 video',
    nothingFound: 'Ningún video con «{q}»',
    nothingFoundText: 'Busca una parte de su título o de su nombre de archivo.',
    loading: 'Cargando…',
    more: 'Mostrar más',
    place: 'Número {n} en la cola',
    placeMany: 'Muy atrás en una cola larga',
    attempt: 'intento {n}',
    left: 'faltan unos {time}',
    phase_claim: 'Empezando',
    phase_download: 'Trayendo el original',
    phase_probe: 'Examinando el original',
    phase_transcode: 'Convirtiendo',
    phase_check: 'Comprobando el resultado',
    phase_publish: 'Guardando el resultado',
    phase_commit: 'Terminando',
    play: 'Reproducir',
    playOf: 'Reproducir «{title}»',
    downloadResult: 'Descargar resultado',
    downloadOriginal: 'Descargar original',
    retry: 'Reintentar',
    delete: 'Eliminar',
    ofVideo: '{what}: {title}',
    undo: 'Deshacer',
    rename: 'Renombrar',
    renameTitle: 'Renombrar este video',
    renameText: 'Ahora se llama «{title}».',
    cancelJob: 'Cancelar el proceso',
    processAgain: 'Procesar de nuevo',
    processOtherwise: 'Procesar de otra forma',
    processOtherwiseTitle: 'Procesar «{title}» de otra forma',
    processOtherwiseText: 'Elige en qué se convierte el video. Si ya hay un clip, se queda hasta que esté listo el nuevo.',
    progressOf: 'Progreso de «{title}»',
    truncated: 'El original estaba cortado; se procesó lo que había.',
    mediaInfo: 'Original y clip',
    mediaRate: '{rate} cuadros por segundo',
    mediaHdr: 'HDR ({kind})',
    mediaInterlaced: 'entrelazado',
    mediaRotated: 'girado {degrees}°',
    channels_1: 'mono',
    channels_2: 'estéreo',
    channels: '{n} canales',
    mediaSilent: 'sin sonido',
    role_video: 'Video',
    role_poster: 'Miniatura',
    role_audio: 'Sonido',
    role_preview: 'Vista previa',
    role_storyboard: 'Guion gráfico',
    role_subtitles: 'Subtítulos',
    value_unknown: 'desconocido',
    warning_audio_dropped: 'El clip no tiene sonido, porque el del original no se puede decodificar (códec {found_codec}).',
    warning_audio_track_skipped:
      'Una pista de sonido no se puede decodificar (códec {found_codec}); el clip tiene el sonido de la pista {found_track}.',
    warning_audio_damaged: 'Partes del sonido del original están dañadas y no se pudieron decodificar.',
    warning_tracks_dropped:
      'El original tiene más pistas de imagen o sonido que un clip; no se usaron: {found_tracks}.',
    warning_footage_damaged:
      'El original está dañado o cortado; faltan en el clip: {found_missing_seconds}.',
    warning_footage_damaged_plain: 'Partes del original están dañadas y no se pudieron decodificar.',
    warning_tone_mapped: 'El original es HDR ({found_hdr}); el clip es SDR, con las partes más brillantes comprimidas.',
    warning_deinterlaced: 'El original es entrelazado; de sus campos se hicieron cuadros enteros.',
    warning_gap_closed: 'El reloj del original salta, como en grabaciones unidas; saltos cerrados: {found_gaps}.',
    warning_recordings_left_out:
      'El archivo se compone de varios, uno detrás de otro, y solo se puede leer su principio; falta el {found_percent} %. Sube cada archivo como un video propio.',
    warning_loudness_kept: 'El sonido es silencio, o demasiado corto para medir su sonoridad; se conservó como es.',
    warning_loudness_missed:
      'El sonido no se pudo llevar a {found_target_lufs} LUFS sin cortar sus picos; quedó en {found_lufs} LUFS.',
    warning_output_soundless: 'El original no tiene sonido que se pueda decodificar; no se hizo {found_name}.',
    warning_transparency_removed: 'Las partes transparentes del original son negras en el clip.',
    warning_duration_corrected:
      'El original dice durar {found_declared_seconds}; su imagen dura {found_duration_seconds}.',
    saidUploaded: '«{title}» se ha subido.',
    saidProcessed: '«{title}» está listo.',
    saidFailed: '«{title}» falló.',
    saidCancelled: 'El proceso de «{title}» se ha cancelado.',
    saidRestored: '«{title}» ha vuelto.',
    saidDeleted: '«{title}» se ha eliminado.',
    reason: 'Motivo',
    details: 'Detalles',
    error_no_answer: 'El servidor no responde. Revisa tu conexión y vuelve a intentarlo.',
    error_unknown: 'Algo salió mal. Vuelve a intentarlo en un momento.',
    error_bad_credentials: 'El correo o la contraseña no son correctos.',
    error_passwords_differ: 'Las dos contraseñas no son iguales.',
    error_email_taken: 'Ya hay una cuenta con este correo. Inicia sesión.',
    error_too_many_attempts: 'Demasiados intentos fallidos. Espera un poco y vuelve a intentarlo.',
    error_too_many_sign_ups: 'Se están creando demasiadas cuentas. Espera un poco y vuelve a intentarlo.',
    error_accounts_elsewhere: 'Las cuentas se gestionan en otro sistema.',
    error_invalid_request: 'Hay un dato que no es válido.',
    error_title_invalid: 'Escribe un título de 1 a 200 caracteres.',

    error_empty: 'El archivo está vacío. Elige un video.',
    error_no_video_name: 'Ningún video tiene un nombre así. Elige un video.',
    error_unreadable: 'No se puede leer el archivo. Elige un archivo que exista todavía, y no una carpeta.',
    error_another_file: 'Es otro archivo. Elige el que ya está subido en parte, o cancela esta subida.',
    error_upload_expired: 'La subida caducó. Súbelo otra vez.',
    error_upload_cancelled: 'La subida se canceló. Súbelo otra vez.',
    error_upload_refused: 'El archivo no es un video, o es demasiado grande.',
    error_quota_exceeded: 'Tu cuenta no admite más videos, bytes, subidas abiertas o minutos este mes. Elimina videos o pide más a un operador.',
    error_too_many_uploads: 'Has subido o vuelto a procesar todo lo permitido por hora. Inténtalo más tarde.',
    error_too_many_at_once: 'Tienes demasiadas peticiones o subidas a la vez. Espera un poco y vuelve a intentarlo.',
    error_too_slow: 'La subida es demasiado lenta. Inténtalo con una conexión más rápida.',
    error_busy: 'Hay demasiada actividad. Inténtalo en un momento.',
    error_unavailable: 'Un sistema que necesitamos no responde. Inténtalo pronto.',
    error_not_retryable: 'Reintentar no puede ayudar a este video.',
    error_not_cancellable: 'Este video ya no está en espera ni en proceso.',
    error_job_unfinished: 'El video está en espera o en proceso. Espera a que termine, o cancela el proceso.',
    error_not_found: 'Este video ya no existe.',
    error_not_available: 'Todavía no está disponible.',
    error_expired: 'El archivo ya no está: se guarda por un tiempo limitado.',
    error_not_owner: 'Este video es de otra cuenta.',
    error_forbidden: 'Esta cuenta no puede hacer eso.',
    error_account_blocked: 'Un operador ha bloqueado esta cuenta. Pregúntale por qué.',
    error_account_erasing: 'Esta cuenta se está borrando y ya no se puede usar.',
    error_unauthenticated: 'Inicia sesión otra vez.',
    error_issuer_unavailable: 'El servicio de cuentas no responde. Inténtalo pronto.',
    error_starting: 'El servidor está arrancando. Inténtalo en un momento.',
    error_request_incomplete: 'La conexión se cortó antes de terminar. Vuelve a intentarlo.',
    error_unknown_preset: 'Ese preajuste ya no existe.',
    error_preset_name_invalid: 'El nombre necesita al menos una letra o un número.',
    error_preset_of_deployment: 'Ese nombre es de un preajuste del sistema. Elige otro.',
    error_too_many_presets: 'Tienes todos los preajustes permitidos. Elimina o reemplaza uno.',
    error_impossible_combination: 'Esas transformaciones no se pueden combinar.',
    error_nothing_named: 'Elige al menos un mensaje.',
    error_worker_stopped: 'El procesamiento se interrumpió.',
    error_not_a_video:
      'El archivo está en el formato {found_format}, que no se acepta. Envía un video en uno de estos formatos: {formats}.',
    error_not_a_video_bytes:
      'El archivo no es un video que podamos leer, o le falta el comienzo o el índice; sus primeros bytes son {found_first_bytes}. Envía un video en uno de estos formatos: {formats}.',
    error_not_a_video_plain:
      'El archivo no es un video que podamos leer, o le falta el comienzo o el índice. Envía un video en uno de estos formatos: {formats}.',
    error_no_video_stream:
      'El archivo no tiene ninguna pista de video con imagen; tiene pistas de audio: {found_audio_tracks}.',
    error_undecodable:
      'El video, con el códec {found_codec}, no se puede decodificar: está dañado o es de una variante no soportada. Expórtalo otra vez.',
    error_too_large: 'El archivo tiene {found_bytes} bytes; el límite es {size}. Envía uno más pequeño.',
    error_too_large_plain: 'El archivo es demasiado grande: el límite es {size}. Envía uno más pequeño.',
    error_asset_missing: 'Se borró una imagen o unos subtítulos de tu cuenta que este video necesita. Procésalo otra vez sin ellos.',
    error_asset_unreadable:
      'Una imagen o unos subtítulos de tu cuenta que este video necesita no se pueden leer. Procésalo otra vez sin ellos.',
    error_nothing_kept:
      'La parte que se conserva empieza en {found_start_seconds} y el video dura {found_duration_seconds}. Procésalo otra vez con un comienzo anterior.',
    error_size_unreachable:
      'El video, de {found_duration_seconds}, no puede ocupar solo {found_size_mb} MB; necesita unos {found_least_mb} MB. Procésalo otra vez con un tamaño mayor, una imagen más pequeña o una parte más corta.',
    error_too_long: 'El video dura {found_duration_seconds} y el límite es {longest}. Recórtalo.',
    error_too_complex:
      'El archivo no se pudo analizar en {found_limit_seconds} de cálculo. Conviértelo a un MP4 corriente.',
    error_too_many_streams:
      'El archivo tiene {found_tracks} pistas de video y audio y el límite es {streams}. Quita algunas.',
    error_too_many_streams_plain: 'El archivo tiene más pistas de las que se pueden listar y el límite es {streams}. Quita algunas.',
    error_resolution_too_high:
      'La imagen tiene {found_width}×{found_height} píxeles y el límite es {width}×{height}, en horizontal o vertical. Redúcela.',
    error_frame_rate_too_high:
      'El video tiene {found_frame_rate} cuadros por segundo en promedio y el límite es {rate}. Conviértelo a menos.',
    error_codec_unsupported:
      'El códec del video ({found_codec}) no está soportado. Convierte el video a uno de estos: {codecs}.',
    error_hdr_unsupported:
      'El video es Dolby Vision de perfil {found_profile}, que no tiene imagen sin el decodificador de Dolby. Expórtalo como HDR10, HLG o SDR.',
    error_no_duration:
      'No se pudo determinar la duración del video: su cabecera no la da y sus cuadros ({found_frames}) no tienen tiempos útiles. Conviértelo a un MP4 corriente.',
    error_duration_out_of_rules: 'El video dura {found_duration_seconds}; tiene que durar de {shortest} a {longest}.',
    error_resolution_out_of_rules:
      'La imagen tiene {found_width}×{found_height} píxeles; el lado menor tiene que tener al menos {lowest}.',
    error_checksum_mismatch: 'El archivo que llegó no es el que se envió. Súbelo otra vez.',
    error_original_missing: 'El archivo subido ya no está. Súbelo otra vez.',
    error_attempts_exhausted: 'Falló varias veces seguidas. Puedes reintentarlo.',
    error_output_invalid: 'El resultado no salió como debía. Es culpa nuestra.',
    error_media_too_heavy: 'Este video necesita más memoria de la que hay para uno.',
    error_out_of_memory: 'Este video necesita más memoria de la que hay para uno.',
    error_killed: 'El procesamiento se interrumpió.',
    error_stalled: 'El procesamiento dejó de avanzar.',
    error_time_limit: 'El procesamiento tardó demasiado.',
    error_tool_failed: 'El procesamiento terminó con un error.',
    error_disk_full: 'No quedaba espacio en disco para procesar.',
    error_disk_unavailable: 'No se pudo usar el disco para procesar.',
    error_store_unavailable: 'El almacenamiento no estaba disponible.',
    error_database_unavailable: 'La base de datos no estaba disponible.',
    error_queue_unavailable: 'La cola no estaba disponible.',
    error_tool_unavailable: 'El procesamiento no estaba disponible.',
    error_unknown_transformation: 'Una de las transformaciones aún no está disponible.',
    error_route_defect: 'La culpa es nuestra.',
    error_worker_lost: 'El procesamiento se interrumpió.',
    error_internal_error: 'La culpa es nuestra.',
    queue: 'Cola',
    waiting: 'En espera',
    inFlight: 'En trabajo',
    delayed: 'Aplazados',
    deadLetters: 'Mensajes muertos',
    oldestDue: 'Espera más larga',
    workers: 'Workers',
    workersPaused: 'Todos los workers están en pausa: lo que corre se termina y no se toma nada nuevo.',
    workersRunning: 'Los workers toman trabajos.',
    pause: 'Pausar los workers',
    resume: 'Reanudar',
    pauseTitle: '¿Pausar todos los workers?',
    pauseText: 'Lo que corre se termina; las subidas se aceptan y esperan.',
    noWorkers: 'No hay ningún worker',
    noWorkersText: 'Las subidas esperan hasta que arranque uno.',
    worker: 'Worker',
    slots: '{used} de {slots} ocupados',
    seen: 'visto {time}',
    idle: 'Sin trabajo',
    closedBy: 'No toma nada: {what}',
    closed_database: 'sin base de datos',
    closed_storage: 'sin almacenamiento',
    closed_disk: 'disco casi lleno',
    closed_tool: 'ffmpeg no se puede ejecutar',
    closed_route_defect: 'un defecto en sus rutas',
    closed_paused: 'en pausa',
    closed_stopping: 'deteniéndose',
    video: 'Video',
    noDeadLetters: 'No hay mensajes muertos',
    noDeadLettersText: 'Aquí aparecerían los trabajos que fallaron definitivamente.',
    attempts: 'Intentos',
    sent: 'Desde',
    state_redrivable: 'se puede reenviar',
    state_stale: 'superado',
    state_poison: 'veneno',
    select: 'Seleccionar el mensaje muerto de {video}',
    selectAll: 'Seleccionar todo',
    redrive: 'Reenviar',
    redriveAll: 'Reenviar todo',
    redriveTitle: '¿Reenviar {n}?',
    redriveAllTitle: '¿Reenviar todos los mensajes muertos?',
    redriveText: 'Los trabajos vuelven a la cola con todos sus intentos.',
    discard: 'Descartar',
    discardTitle: '¿Descartar {n}?',
    discardText: 'Estos mensajes se eliminan para siempre. Los videos siguen fallidos.',
    redriveDone: 'Reenviados: {redriven}. Superados: {stale}. Veneno: {poison}. Ya no están: {missing}.',
    discardDone: 'Descartados: {discarded}. Ya no están: {missing}.',
    incomplete: 'Hay unos {n} mensajes muertos; ahora se pudieron listar {listed}.',
    failures: 'Fallos recientes',
    noFailures: 'No hay fallos recientes',
    noFailuresText: 'Aquí aparecerían los videos que fallaron últimamente.',
    failedAt: 'Falló',
    notNow: 'Estas cifras no se pueden ver ahora: {why}',
  },
};

export const LANGUAGES = {en: 'English', es: 'Español'};

let language = localStorage.getItem(KEY);
if (!(language in TEXTS)) {
  language = navigator.languages.map((name) => name.slice(0, 2)).find((name) => name in TEXTS) ?? 'en';
}

export function currentLanguage() {
  return language;
}

export function chooseLanguage(name) {
  language = name;
  localStorage.setItem(KEY, name);
}

/** A text of the page; names in braces are replaced. */
export function t(key, values = {}) {
  return (TEXTS[language][key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/**
 * Why something was refused or failed, in the words of the reader: those of this page, or else the server's own, which
 * are English. When no attempts are left, what the last one failed of is added.
 *
 * @param {{code: string, last_code?: string|null, detail: string|null, values?: Object|null}} problem
 */
export function why({code, last_code: last, detail, values}) {
  const said = filled(`error_${code}`, {...limitValues(), ...found(values)}) ?? (detail || t('error_unknown'));
  const lastText = last ? TEXTS[language][`error_${last}`] : null;
  return lastText ? `${said} ${lastText}` : said;
}

/**
 * What of a clip its uploader may not expect.
 *
 * @param {{code: string, detail: string, values: Object}} warning
 */
export function note({code, detail, values}) {
  return filled(`warning_${code}`, found(values)) ?? detail;
}

/** A text with its values, or one for when some or all of them are missing; null when there is none that can be said. */
function filled(key, values) {
  const name = [key, `${key}_bytes`, `${key}_plain`].find((each) => TEXTS[language][each] !== undefined
    && [...TEXTS[language][each].matchAll(/\{(\w+)\}/g)].every(([, value]) => values[value] !== undefined));
  return name ? t(name, values) : null;
}

/** What was found of a file, by the names of the server with "found_" before them, as people read it. */
function found(values) {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [`found_${name}`, readable(name, value)]));
}

function readable(name, value) {
  if (name === 'width' || name === 'height') {
    return value;
  }
  if (typeof value !== 'number') {
    return TEXTS[language][`value_${value}`] ?? value;
  }
  return name.endsWith('_seconds') ? exactSeconds(value) : number(value);
}

/** What an original may be, once the limits are known. */
export function accepted() {
  return t(limits().min_duration_seconds > 0 ? 'acceptedByRules' : 'accepted', limitValues());
}

function limitValues() {
  const known = limits();
  return known === null ? {} : {
    size: size(known.max_bytes),
    shortest: exactDuration(known.min_duration_seconds),
    longest: exactDuration(known.max_duration_seconds),
    width: known.max_width,
    height: known.max_height,
    lowest: known.min_height,
    rate: number(known.max_frame_rate),
    streams: number(known.max_streams),
    codecs: known.video_codecs.join(', '),
    formats: known.formats.join(', '),
    asset_size: size(known.assets.max_bytes),
    asset_pixels: known.assets.max_picture_pixels,
  };
}

/** Bytes in the largest unit that leaves no fraction, as the server writes them. */
function size(bytes) {
  const [factor, unit] = [[1024 ** 3, 'GiB'], [1024 ** 2, 'MiB'], [1024, 'KiB'], [1, 'bytes']]
    .find(([factor]) => bytes % factor === 0);
  return `${number(bytes / factor)} ${unit}`;
}

/** Bytes as people say them. */
export function fileSize(bytes) {
  const [factor, unit] = [[1e9, 'gigabyte'], [1e6, 'megabyte'], [1e3, 'kilobyte']].find(([factor]) => bytes >= factor) ?? [1, 'byte'];
  return new Intl.NumberFormat(language, {style: 'unit', unit, maximumFractionDigits: 1}).format(bytes / factor);
}

/** What a file of a result is for. */
export function role(name) {
  return TEXTS[language][`role_${name}`] ?? name;
}

/** A language as people call it, by its BCP 47 tag. */
export function languageName(tag) {
  return new Intl.DisplayNames(language, {type: 'language'}).of(tag);
}

/** Seconds in the largest unit that leaves no fraction. */
function exactDuration(seconds) {
  const [factor, unit] = [[3600, 'hour'], [60, 'minute'], [1, 'second']].find(([factor]) => seconds % factor === 0)
    ?? [1, 'second'];
  return new Intl.NumberFormat(language, {style: 'unit', unit, unitDisplay: 'long'}).format(seconds / factor);
}

/** Minutes and seconds, to the tenth. */
export function exactSeconds(seconds) {
  const tenths = Math.round(seconds * 10);
  return [[Math.floor(tenths / 600), 'minute'], [(tenths % 600) / 10, 'second']]
    .filter(([value, unit]) => value > 0 || unit === 'second' && tenths === 0)
    .map(([value, unit]) => new Intl.NumberFormat(language, {style: 'unit', unit, unitDisplay: 'long'}).format(value))
    .join(' ');
}

export function phase(name) {
  return TEXTS[language][`phase_${name}`] ?? name;
}

export function percent(value) {
  return new Intl.NumberFormat(language, {style: 'percent'}).format(value / 100);
}

export function number(value) {
  return new Intl.NumberFormat(language).format(value);
}

export function dateTime(text) {
  return new Intl.DateTimeFormat(language, {dateStyle: 'medium', timeStyle: 'short'}).format(new Date(text));
}

/** Seconds as people say them. */
export function duration(seconds) {
  const [value, unit] = seconds < 90 ? [seconds, 'second'] : seconds < 5400 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour'];
  return new Intl.NumberFormat(language, {style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0})
    .format(Math.max(1, Math.round(value)));
}

/** How long ago a time was, in the largest unit that it fills. */
export function ago(text) {
  const seconds = Math.max(0, (Date.now() - Date.parse(text)) / 1000);
  const [factor, unit] = [[31_557_600, 'year'], [2_629_800, 'month'], [86_400, 'day'], [3_600, 'hour'], [60, 'minute']]
    .find(([factor]) => seconds >= factor * 1.5 || (factor > 60 && seconds >= factor)) ?? [1, 'second'];
  return new Intl.RelativeTimeFormat(language, {numeric: 'auto', style: 'short'}).format(-Math.floor(seconds / factor), unit);
}

/** A length as players show it: 0:03, 12:45, 1:02:03. */
export function clock(seconds) {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return (parts[0] > 0 ? parts : parts.slice(1)).map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** A time as people say it, also when it is less than a second. */
export function milliseconds(value) {
  return value < 1000
    ? new Intl.NumberFormat(language, {style: 'unit', unit: 'millisecond', unitDisplay: 'short', maximumFractionDigits: 0}).format(value)
    : exactSeconds(value / 1000);
}
